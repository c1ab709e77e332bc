import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { localRuntime } from '../emulator/local-runtime.ts'
import { addClient, type Seeded } from '../emulator/site/seed.ts'
import { basic, type Case } from './cases.ts'

const TOKEN_ENDPOINT = 'https://bench.certbound.test/token'
const CLIENT = {
  clientName: 'Client without a certificate',
  clientType: 'CONFIDENTIAL',
  tokenAuthMethod: 'CLIENT_SECRET_BASIC',
  grantTypes: ['CLIENT_CREDENTIALS'],
  tlsClientCertificateBoundAccessTokens: false,
}

/** The cases for the cost of a DPoP proof (RFC 9449): a client whose tokens are not bound to its certificate, without proofs and with them. */
export async function proofCases(endpoint: string, { serviceId }: Seeded): Promise<Case[]> {
  const runtime = await localRuntime(endpoint, serviceId)
  const { client, secret } = await addClient(runtime, serviceId, CLIENT)
  await runtime.store.registry.changeService(serviceId, (service) => ({
    ...service,
    tokenEndpoint: TOKEN_ENDPOINT,
  }))
  runtime.store.close()
  const unbound: Case = {
    name: 'token, opaque, unbound',
    format: 'opaque',
    path: '/token',
    headers: { authorization: basic(String(client.clientId), secret) },
    form: 'grant_type=client_credentials&scope=accounts%3Aread',
    expected: '"token_type":"Bearer"',
  }
  const proved = { proof: proofs(), expected: '"token_type":"DPoP"' }
  return [unbound, { ...unbound, ...proved, name: 'token, opaque, with a DPoP proof' }]
}

/** Makes a new proof for each request, because a proof can be used only once. */
function proofs(): () => string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const encoded = (members: object) => Buffer.from(JSON.stringify(members)).toString('base64url')
  const header = encoded({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicKey.export({ format: 'jwk' }) })
  return () => {
    const iat = Math.floor(Date.now() / 1000)
    const signed = `${header}.${encoded({ jti: randomUUID(), htm: 'POST', htu: TOKEN_ENDPOINT, iat })}`
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
}
