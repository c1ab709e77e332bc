import { exportJWK } from 'jose'
import { type CryptoKey, generateKeyPair } from 'oauth4webapi'
import { jwkOf } from '../support/vector-service.ts'
import { BASIC, BOUND, POST, PUBLIC, type TestClient, TLS, type Walk } from '../support/walk.ts'

type Settings = Parameters<Walk['addClient']>[0]

/** The functions for client authentication that both libraries have, under the same names. */
interface Authentications<Auth> {
  readonly None: () => Auth
  readonly ClientSecretBasic: (secret: string) => Auth
  readonly ClientSecretPost: (secret: string) => Auth
  readonly TlsClientAuth: () => Auth
  readonly PrivateKeyJwt: (key: { readonly key: CryptoKey; readonly kid: string }) => Auth
}

/** A client of one authentication method, as it is registered and as it holds its credentials. */
export interface Kind {
  readonly settings: Settings
  /** The name of a certificate in test/vectors/certs, to which the client's tokens are bound. */
  readonly holds: string
  readonly authentication: <Auth>(library: Authentications<Auth>, client: TestClient) => Auth
}

export const NONE: Kind = {
  settings: { ...PUBLIC, ...BOUND },
  holds: 'client-ec-p256',
  authentication: (library) => library.None(),
}
export const SECRET_BASIC: Kind = {
  settings: { ...BASIC, ...BOUND },
  holds: 'client-ec-p256',
  authentication: (library, { secret }) => library.ClientSecretBasic(secret),
}
export const SECRET_POST: Kind = {
  settings: { ...POST, ...BOUND },
  holds: 'client-ec-p256',
  authentication: (library, { secret }) => library.ClientSecretPost(secret),
}

function certified(name: Settings, holds: string): Kind {
  const settings = { ...TLS, ...BOUND, tlsClientAuthSubjectDn: undefined, ...name }
  return { settings, holds, authentication: (library) => library.TlsClientAuth() }
}

export const BY_SUBJECT = certified(
  { tlsClientAuthSubjectDn: 'CN=client.example.org,O=Client1,L=Chiyoda-ku,ST=Tokyo,C=JP' },
  'client-ec-p256',
)
const BY_SAN: readonly (readonly [name: string, kind: Kind])[] = [
  ['dNSName', certified({ tlsClientAuthSanDns: 'alt.example.com' }, 'client-rsa-2048')],
  [
    'uniformResourceIdentifier',
    certified({ tlsClientAuthSanUri: 'spiffe://example.org/ns/prod/sa/rsa' }, 'client-rsa-2048'),
  ],
  ['iPAddress (4)', certified({ tlsClientAuthSanIp: '192.0.2.10' }, 'client-rsa-2048')],
  ['iPAddress (6)', certified({ tlsClientAuthSanIp: '2001:0db8:0::10' }, 'client-rsa-2048')],
  ['rfc822Name', certified({ tlsClientAuthSanEmail: 'ops@example.com' }, 'client-rsa-2048')],
]
export const SELF_SIGNED = certified(
  { tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH', jwks: { keys: [jwkOf('self-signed-ec')] } },
  'self-signed-ec',
)

type Named = readonly (readonly [name: string, kind: Kind])[]
export const BY_SECRET: Named = [
  ['client_secret_basic', SECRET_BASIC],
  ['client_secret_post', SECRET_POST],
]
export const BY_CERTIFICATE: Named = [
  ['tls_client_auth by its subject', BY_SUBJECT],
  ...BY_SAN.map(([name, kind]) => [`tls_client_auth by a ${name}`, kind] as const),
  ['self_signed_tls_client_auth', SELF_SIGNED],
]

/** With a key of its own, apart from that of its certificate. */
export async function byAssertion(alg: string): Promise<Kind> {
  const { publicKey, privateKey } = await generateKeyPair(alg)
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1' }
  return {
    settings: {
      ...{ ...BASIC, ...BOUND, tokenAuthMethod: 'PRIVATE_KEY_JWT', tokenAuthSignAlg: alg },
      jwks: { keys: [jwk] },
    },
    holds: 'client-ec-p256',
    authentication: (library) => library.PrivateKeyJwt({ key: privateKey, kid: 'k1' }),
  }
}

/** One of the certificates that the mutual-TLS domain lets in, and that is of another client. */
export const OTHERS = 'client-other'
