// A tenant made of Better Auth and its OAuth provider; told in one JSON argument.
// Better Auth brings no pages: the two below are the smallest that its documentation asks for.
import { createServer } from 'node:http';
import { oauthProvider } from '@better-auth/oauth-provider';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';

const told = JSON.parse(process.argv[2]);
const base = `${told.origin}/api/auth`;
const tables = [
  'user', 'session', 'account', 'verification', 'jwks', 'oauthClient', 'oauthRefreshToken',
  'oauthAccessToken', 'oauthConsent', 'oauthResource', 'oauthClientResource', 'oauthClientAssertion',
];
const database = Object.fromEntries(tables.map((table) => [table, []]));

const auth = betterAuth({
  baseURL: told.origin,
  secret: 'not a secret, for nobody signs in here but the tests',
  database: memoryAdapter(database),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  disabledPaths: ['/token'],
  plugins: [
    jwt(),
    oauthProvider({
      loginPage: '/login',
      consentPage: '/consent',
      resources: [told.audience],
      enforcePerClientResources: false,
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
  ],
});

const { headers: signedUp } = await auth.api.signUpEmail({
  returnHeaders: true,
  body: { name: 'Alice', email: 'alice@example.com', password: 'alice-password' },
});
await auth.api.adminCreateOAuthClient({
  headers: { cookie: signedUp.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ') },
  body: {
    client_name: 'Doorkey',
    redirect_uris: [told.redirectUri],
    post_logout_redirect_uris: [told.redirectUri],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    enable_end_session: true,
    grant_types: ['authorization_code', 'refresh_token'],
  },
});
database.oauthClient[0].clientId = 'doorkey';

const pages = {
  '/login': `<form method="post"><input name="email"><input name="password" type="password">
    <button>Sign in</button></form>`,
  '/consent': `<form method="post"><button name="decision" value="allow">Allow</button>
    <button name="decision" value="deny">Deny</button></form>`,
};

function question(path, fields, query) {
  return path === '/login'
    ? ['/sign-in/email', { email: fields.get('email'), password: fields.get('password'), oauth_query: query }]
    : ['/oauth2/consent', { accept: fields.get('decision') === 'allow', oauth_query: query }];
}

async function submit(request, response, url) {
  let body = '';
  for await (const chunk of request) body += chunk;
  const [path, members] = question(url.pathname, new URLSearchParams(body), url.search.slice(1));
  const answer = await auth.handler(new Request(base + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json', accept: 'application/json', origin: told.origin,
      cookie: request.headers.cookie ?? '',
    },
    body: JSON.stringify(members),
  }));
  const answered = await answer.text();
  const { url: next, redirect_uri: uri } = JSON.parse(answered || '{}');
  const location = next ?? uri ?? answer.headers.get('location');
  if (!location) {
    response.writeHead(400).end(answered);
    return;
  }
  response.writeHead(303, { location, 'set-cookie': answer.headers.getSetCookie() }).end();
}

const handle = toNodeHandler(auth);
createServer(async (request, response) => {
  const url = new URL(request.url, told.origin);
  if (url.pathname.endsWith('/.well-known/openid-configuration')) {
    response.writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(await auth.api.getOpenIdConfig()));
  } else if (!(url.pathname in pages)) {
    await handle(request, response);
  } else if (request.method === 'POST') {
    await submit(request, response, url);
  } else {
    response.writeHead(200, { 'content-type': 'text/html' }).end(pages[url.pathname]);
  }
}).listen(told.port, '127.0.0.1');
