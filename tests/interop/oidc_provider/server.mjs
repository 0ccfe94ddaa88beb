// A tenant made of oidc-provider with its own pages (devInteractions); told in one JSON argument.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';

const told = JSON.parse(process.argv[2]);

const key = told.algorithm === 'EdDSA'
  ? generateKeyPairSync('ed25519')
  : generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...key.privateKey.export({ format: 'jwk' }), use: 'sig', kid: 'first' };

const provider = new Provider(told.issuer, {
  clients: [{
    client_id: 'doorkey',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    redirect_uris: [told.redirectUri],
    post_logout_redirect_uris: [told.redirectUri],
    id_token_signed_response_alg: told.algorithm,
    ...told.client,
  }],
  jwks: { keys: [jwk] },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'EdDSA'] },
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
  findAccount: async (_, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, name: 'Alice', email: `${id}@example.com` }),
  }),
  cookies: { keys: ['not a secret: tests only'] },
  features: {
    deviceFlow: { enabled: true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        audience: resource,
        scope: '',
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: told.algorithm } },
      }),
    },
    ...(told.demanding && {
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    }),
    ...told.features,
  },
  ttl: { IdToken: 600, AccessToken: 600, Session: 3600, Grant: 3600, Interaction: 600, RefreshToken: 3600 },
});

provider.on('server_error', (_, error) => console.error(error));
provider.listen(told.port, '127.0.0.1');
