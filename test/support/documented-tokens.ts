import type { ProfileOptions } from '../../shared/resource-server/token-profile.ts'
import { HOLDER, thumbprintOf } from './signed-tokens.ts'

export const NOW = Math.floor(Date.now() / 1000)
const CNF = { cnf: { 'x5t#S256': thumbprintOf(HOLDER) } }
const TIMES = { iat: NOW, exp: NOW + 300 }

export interface Documented {
  readonly issuer: string
  readonly audience: string
  readonly options: ProfileOptions
  readonly header: object
  /** An access token as the issuer documents it, with the binding that this library needs. */
  readonly access: Readonly<Record<string, unknown>>
  readonly client: string
  readonly scopes: readonly string[]
  /** An ID token of the same issuer for the client. */
  readonly identity: Readonly<Record<string, unknown>>
}

const API = 'https://accounts.example.com'

const keycloak = {
  ...{
    ...TIMES,
    ...CNF,
    jti: 'b7a5',
    iss: 'https://kc.example.com/realms/bank',
    sub: 'f3b1',
    azp: 'app',
    acr: '1',
  },
  ...{ auth_time: NOW, sid: 'a1', 'allowed-origins': ['https://app.example.com'], preferred_username: 'ann' },
}
const entra = {
  ...{
    ...TIMES,
    ...CNF,
    nbf: NOW,
    iss: 'https://login.microsoftonline.com/9122040d/v2.0',
    aio: 'x',
    rh: 'x',
  },
  ...{
    name: 'Ann',
    oid: '5a10',
    preferred_username: 'ann@example.com',
    sub: 'HKZp',
    tid: '9122',
    uti: 'x',
    ver: '2.0',
  },
}
const ENTRA_API = '6e74172b-be56-4843-9ff4-e66a39bb12e3'
const ENTRA_CLIENT = '0000aaaa-11bb-cccc-dd22-eeeeee333333'
const auth0 = { ...TIMES, ...CNF, iss: 'https://tenant.eu.auth0.com/', sub: 'auth0|507f1f77bcf86cd799439020' }
const okta = {
  ...TIMES,
  ...CNF,
  ver: 1,
  iss: 'https://example.okta.com/oauth2/default',
  sub: 'ann@example.com',
}
const ping = { ...TIMES, ...CNF, iss: 'https://ping.example.com', sub: 'ann', jti: 'hJ2kQ8' }

export const ISSUERS: Readonly<Record<string, Documented>> = {
  // https://www.keycloak.org/docs/latest/server_admin/#_audience
  Keycloak: {
    ...{ issuer: keycloak.iss, audience: 'accounts-api', header: { typ: 'JWT' } },
    options: { profile: 'jwt', claims: { client: 'azp', scopes: ['scope'] } },
    access: {
      ...{
        ...keycloak,
        typ: 'Bearer',
        aud: ['accounts-api', 'account'],
        scope: 'openid accounts:read profile',
      },
      ...{ realm_access: { roles: ['user'] }, resource_access: { account: { roles: ['view-profile'] } } },
    },
    ...{ client: 'app', scopes: ['openid', 'accounts:read', 'profile'] },
    identity: { ...keycloak, typ: 'ID', aud: 'app', at_hash: 'x', nonce: 'n' },
  },
  // Its resource servers are clients, and tokens before version 24 have a nonce.
  'Keycloak before 24, with an audience': {
    ...{ issuer: keycloak.iss, audience: 'accounts-api', header: { typ: 'JWT' } },
    options: { profile: 'jwt', claims: { client: 'azp', scopes: ['scope'] } },
    access: { ...keycloak, typ: 'Bearer', aud: 'accounts-api', nonce: 'n', scope: 'accounts:read' },
    ...{ client: 'app', scopes: ['accounts:read'] },
    identity: { ...keycloak, typ: 'ID', aud: 'accounts-api', azp: 'accounts-api', scope: 'accounts:read' },
  },
  // https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
  'Entra, of an end-user': {
    ...{ issuer: entra.iss, audience: ENTRA_API, header: { typ: 'JWT' } },
    options: { profile: 'jwt', claims: { client: 'azp', scopes: ['scp', 'roles'] } },
    access: { ...entra, aud: ENTRA_API, azp: ENTRA_CLIENT, azpacr: '0', scp: 'accounts.read accounts.list' },
    ...{ client: ENTRA_CLIENT, scopes: ['accounts.read', 'accounts.list'] },
    identity: { ...entra, aud: ENTRA_API },
  },
  'Entra, of an application': {
    ...{ issuer: entra.iss, audience: ENTRA_API, header: { typ: 'JWT' } },
    options: { profile: 'jwt', claims: { client: 'azp', scopes: ['scp', 'roles'] } },
    access: { ...entra, aud: ENTRA_API, azp: ENTRA_CLIENT, idtyp: 'app', roles: ['accounts.read.all'] },
    ...{ client: ENTRA_CLIENT, scopes: ['accounts.read.all'] },
    identity: { ...entra, aud: ENTRA_API, azp: ENTRA_API, roles: ['accounts.read.all'] },
  },
  'Entra, version 1.0': {
    ...{ issuer: 'https://sts.windows.net/9122040d/', audience: 'api://accounts', header: { typ: 'JWT' } },
    options: { profile: 'jwt', claims: { client: 'appid', scopes: ['scp'] } },
    access: {
      ...{ ...entra, ver: '1.0', iss: 'https://sts.windows.net/9122040d/', aud: 'api://accounts' },
      ...{ appid: ENTRA_CLIENT, appidacr: '0', scp: 'accounts.read' },
    },
    ...{ client: ENTRA_CLIENT, scopes: ['accounts.read'] },
    identity: { ...entra, ver: '1.0', iss: 'https://sts.windows.net/9122040d/', aud: ENTRA_CLIENT },
  },
  // https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
  Auth0: {
    ...{ issuer: auth0.iss, audience: API, header: { typ: 'JWT' } },
    options: { profile: 'jwt', claims: { client: 'azp', scopes: ['permissions'] } },
    access: {
      ...{ ...auth0, aud: [API, 'https://tenant.eu.auth0.com/userinfo'], azp: 'my_client_id' },
      ...{ scope: 'openid profile read:accounts', permissions: ['read:accounts', 'list:accounts'] },
    },
    ...{ client: 'my_client_id', scopes: ['read:accounts', 'list:accounts'] },
    identity: { ...auth0, aud: 'my_client_id', nonce: 'n', sid: 's', name: 'Ann' },
  },
  'Auth0 with the profile of RFC 9068': {
    ...{ issuer: auth0.iss, audience: API, header: { typ: 'at+jwt' } },
    options: { profile: 'rfc9068' },
    access: { ...auth0, aud: API, client_id: 'my_client_id', jti: 'j', scope: 'read:accounts' },
    ...{ client: 'my_client_id', scopes: ['read:accounts'] },
    identity: { ...auth0, aud: 'my_client_id', nonce: 'n', sid: 's' },
  },
  // https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/#access-token
  Okta: {
    ...{ issuer: okta.iss, audience: API, header: { typ: undefined } },
    options: { profile: 'jwt', claims: { client: 'cid', scopes: ['scp'] } },
    access: {
      ...okta,
      jti: 'AT.0mP4',
      aud: API,
      cid: 'nmdP1fcyvdVO11AL7ECm',
      uid: '00uj',
      scp: ['openid', 'flights'],
    },
    ...{ client: 'nmdP1fcyvdVO11AL7ECm', scopes: ['openid', 'flights'] },
    identity: {
      ...okta,
      jti: 'ID.4eAW',
      aud: API,
      cid: 'nmdP',
      amr: ['pwd'],
      idp: '00ok',
      nonce: 'n',
      at_hash: 'p2Lx',
      scp: ['openid'],
    },
  },
  // https://docs.pingidentity.com/pingfederate/latest/administrators_reference_guide/pf_configure_json_token_management.html
  PingFederate: {
    ...{ issuer: ping.iss, audience: API, header: { typ: undefined } },
    options: { profile: 'jwt', claims: { client: 'client_id', scopes: ['scope'] } },
    access: { ...ping, aud: API, client_id: 'app', scope: 'accounts.read accounts.list' },
    ...{ client: 'app', scopes: ['accounts.read', 'accounts.list'] },
    identity: { ...ping, aud: 'app', auth_time: NOW, 'pi.sri': 's', nonce: 'n' },
  },
}
