// A tenant made of oauth2-mock-server; told in one JSON argument. Its one page is none: it redirects.
import { randomUUID } from 'node:crypto';
import { OAuth2Server } from 'oauth2-mock-server';

const told = JSON.parse(process.argv[2]);
const server = new OAuth2Server();
await server.issuer.keys.generate(told.algorithm);

// Its access tokens are for nobody in particular, and two of one second are the same.
server.service.on('beforeTokenSigning', ({ payload }) => {
  payload.aud ??= told.audience;
  payload.jti = randomUUID();
});
// It lets everybody in. Whoever comes as mallory is denied.
server.service.on('beforeAuthorizeRedirect', ({ url }, request) => {
  if (request.query.login_hint !== 'mallory') return;
  url.searchParams.delete('code');
  url.searchParams.set('error', 'access_denied');
});

await server.start(told.port, '127.0.0.1');
