import { generateKeyPairSync } from 'node:crypto'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { SERVICE_MANAGEMENT } from '../../../shared/refusal/service-management.ts'
import type { Fate } from '../../support/cutting-proxy.ts'
import type { FixedRuntime } from '../../support/fixed-runtime.ts'
import { provokeAll, type Provoked, gives } from '../../support/result-codes.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid: 'new', alg: 'ES256', use: 'sig' }

const newJwk = { ...privateKey.export({ format: 'jwk' }), kid: 'new', alg: 'ES256', use: 'sig' }

const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
const weakJwk = { ...weak.export({ format: 'jwk' }), kid: 'weak', alg: 'PS256' }

const updating = (resultCode: string, settings: object | string): Provoked => [
  `400 ${resultCode}`,
  ({ v3 }) => v3('POST', '/service/update', settings),
]

/** A query takes a minute. */
const outOfTime =
  ({ clock }: FixedRuntime): Fate =>
  (passing, forward) => {
    if (passing.operation === 'Query') clock.now = addSeconds(clock.now, 60)
    return forward()
  }

const scopes = (resultCode: string, ...supportedScopes: object[]) => updating(resultCode, { supportedScopes })

await provokeAll('service-management-refusals.test.ts', SERVICE_MANAGEMENT, {
  'service-body-empty': updating('A039201', ''),
  'service-issuer-missing': updating('A039694', { issuer: null }),
  'service-scope-duplicate': scopes('A039203', { name: 'a' }, { name: 'a' }),
  'service-scope-unnamed': scopes('A039204', {}),
  'service-scope-malformed': scopes('A039206', { name: 'a b' }),
  'service-root-malformed': updating('A039230', { trustedRootCertificates: ['x'] }),
  'service-roots-missing': updating('A039297', { mutualTlsValidatePkiCertChain: true }),
  'service-setting-not-offered': updating('A039291', { requestObjectRequired: true }),
  'service-value-unsupported': updating('A039292', { supportedGrantTypes: ['PASSWORD'] }),
  'service-jwks-malformed': updating('A039293', { jwks: 'no set' }),
  'service-key-without-private': updating('A039294', { jwks: JSON.stringify({ keys: [publicJwk] }) }),
  'service-key-weak': updating('A039296', { jwks: JSON.stringify({ keys: [weakJwk] }) }),
  'service-key-unpublished': gives('400 A039298', async ({ v3 }) => {
    await v3('POST', '/service/update', { accessTokenSignAlg: 'ES256' })
    const jwks = JSON.stringify({ keys: [newJwk] })
    return v3('POST', '/service/update', { jwks, accessTokenSignatureKeyId: 'new' })
  }),
  'service-key-in-use': gives('400 A039691', async ({ v3 }) => {
    await v3('POST', '/service/update', { accessTokenSignAlg: 'ES256' })
    await v3('POST', '/service/update', { accessTokenSignAlg: null })
    return v3('POST', '/service/update', { jwks: JSON.stringify({ keys: [newJwk] }) })
  }),
  'service-key-needed': updating('A039693', { jwks: '{"keys":[]}', supportedScopes: [{ name: 'openid' }] }),
  'service-clients-unread': gives('503 A039191', ({ proxy, runtime, v3 }) => {
    proxy.fate = outOfTime(runtime)
    return v3('POST', '/service/update', { jwks: '{"keys":[]}' })
  }),
  'service-not-fapi2': updating('A039299', { fapi2: true }),
  'service-signing-key-missing': updating('A039295', { accessTokenSignatureKeyId: 'none' }),
  'service-too-large': gives('400 A039692', async ({ v3 }) => {
    await v3('POST', '/service/update', { description: 'd'.repeat(150_000) })
    return v3('POST', '/service/update', { serviceDocumentation: 'd'.repeat(150_000) })
  }),
  'service-deletion-unfinished': gives('503 A037191', ({ proxy, runtime, v3 }) => {
    proxy.fate = outOfTime(runtime)
    return v3('DELETE', '/service/delete')
  }),
})
