// The quickstart's own API: Express with express-oauth2-jwt-bearer, one process, one core.
'use strict'

const express = require('express')
const { auth } = require('express-oauth2-jwt-bearer')

const words = process.argv.slice(2)
const enabled = words.includes('--dpop')
const [issuer, audience, port] = words.filter((word) => word !== '--dpop')
const checkJwt = auth({
  issuerBaseURL: issuer,
  issuer,
  audience,
  tokenSigningAlg: 'RS256',
  dpop: { enabled },
})

const app = express()
app.get('/api/external', checkJwt, (request, response) => {
  response.json({ msg: 'Your Access Token was successfully validated!' })
})
app.listen(Number(port), '127.0.0.1')
