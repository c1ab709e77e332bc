import { CLIENT_MANAGEMENT } from '../../../shared/refusal/client-management.ts'
import { bearer } from '../../support/management.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { provokeAll, type Provoke, type Provoked, gives } from '../../support/result-codes.ts'

const SUBJECT_DN = 'CN=client.example.org,O=Client1,L=Chiyoda-ku,ST=Tokyo,C=JP'

const creating =
  (settings: object | string): Provoke =>
  ({ v3 }) =>
    v3('POST', '/client/create', settings)

const refusing = (resultCode: string, settings: object | string): Provoked => [
  `400 ${resultCode}`,
  creating(settings),
]

const redirecting = (resultCode: string, ...redirectUris: string[]) => refusing(resultCode, { redirectUris })

const unknown = (resultCode: string, method: string, path: string, body?: object): Provoked => [
  `404 ${resultCode}`,
  ({ v2 }) => v2(method, path, body),
]

const ALIAS = { clientIdAlias: 'an-alias' }

await provokeAll('client-management-refusals.test.ts', CLIENT_MANAGEMENT, {
  'client-body-empty': refusing('A032209', ''),
  'client-value-unsupported': refusing('A031201', { clientType: 'SECRET' }),
  'client-setting-invalid': refusing('A031202', { clientIdAlias: '4711' }),
  'client-setting-not-ascii': refusing('A031203', { clientIdAlias: 'zoë' }),
  'client-setting-too-long': refusing('A031204', { clientIdAlias: 'a'.repeat(201) }),
  'client-setting-negative': refusing('A031213', { extension: { accessTokenDuration: -1 } }),
  'client-setting-not-offered': refusing('A031291', { requestObjectRequired: true }),
  'client-not-fapi2': gives('400 A031299', async ({ setService, v3 }) => {
    await setService({ fapi2: true })
    return v3('POST', '/client/create', { clientType: 'PUBLIC' })
  }),
  'redirect-uri-malformed': redirecting('A031208', 'https://a b'),
  'redirect-uri-relative': redirecting('A031209', '/cb'),
  'redirect-uri-with-fragment': redirecting('A031210', 'https://a.example/#b'),
  'redirect-uri-duplicate': redirecting('A031211', 'https://a.example/', 'https://a.example/'),
  'client-key-private': refusing('A031296', { jwks: '{"keys":[{"kty":"oct","k":"AAAA"}]}' }),
  'client-jwks-malformed': refusing('A031212', { jwks: 'no set' }),
  'client-keys-too-many': refusing('A031292', {
    jwks: JSON.stringify({ keys: Array.from({ length: 101 }, () => ({ kty: 'new' })) }),
  }),
  'client-key-unsafe': refusing('A031293', {
    jwks: JSON.stringify({
      keys: [{ kty: 'RSA', e: 'AQ', n: Buffer.alloc(256, 0xff).toString('base64url') }],
    }),
  }),
  'client-certificate-issues': refusing('A031294', {
    clientType: 'CONFIDENTIAL',
    tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH',
    jwks: JSON.stringify({ keys: [jwkOf('ca-root')] }),
  }),
  'client-too-large': refusing('A031295', {
    jwks: `{"keys":[{"kty":"new","n":[${Array<string>(60_000).fill('1e9').join()}]}]}`,
  }),
  'client-algorithm-symmetric': refusing('A031222', { tokenAuthSignAlg: 'HS256' }),
  'client-subject-malformed': refusing('A031223', {
    tokenAuthMethod: 'TLS_CLIENT_AUTH',
    tlsClientAuthSubjectDn: 'no name',
  }),
  'client-subjects-several': refusing('A032216', {
    tlsClientAuthSubjectDn: SUBJECT_DN,
    tlsClientAuthSanDns: 'client.example.org',
  }),
  'client-subject-missing': refusing('A032217', { tokenAuthMethod: 'TLS_CLIENT_AUTH' }),
  'client-alias-taken': gives('400 A123603', async (bench) => {
    await creating(ALIAS)(bench)
    return creating(ALIAS)(bench)
  }),
  'client-alias-taken-at-update': gives('400 A030601', async (bench) => {
    await creating(ALIAS)(bench)
    return bench.v3('POST', `/client/update/${bench.client.id}`, ALIAS)
  }),
  'client-unknown-at-delete': unknown('A026201', 'DELETE', '/client/delete/4711'),
  'client-unknown-at-get': unknown('A027201', 'GET', '/client/get/4711'),
  'client-unknown-at-update': unknown('A029201', 'POST', '/client/update/4711', {}),
  'record-changed': gives('412 A029291', ({ v3, client, secrets }) =>
    v3('POST', `/client/update/${client.id}`, {}, { ...bearer(secrets.manage), 'if-match': '"other"' }),
  ),
  'if-match-malformed': gives('400 A029292', ({ v3, client, secrets }) =>
    v3('POST', `/client/update/${client.id}`, {}, { ...bearer(secrets.manage), 'if-match': 'other' }),
  ),
  'client-unknown-at-secret-refresh': unknown('A148201', 'GET', '/client/secret/refresh/4711'),
  'client-unknown-at-secret-update': unknown('A149201', 'POST', '/client/secret/update/4711', {
    clientSecret: 's'.repeat(43),
  }),
  'client-secret-malformed': gives('400 A149601', ({ v3, client }) =>
    v3('POST', `/client/secret/update/${client.id}`, { clientSecret: 'short' }),
  ),
  'list-start-malformed': gives('400 A028201', ({ v3 }) => v3('GET', '/client/get/list?start=x')),
  'list-start-negative': gives('400 A028202', ({ v3 }) => v3('GET', '/client/get/list?start=-1')),
  'list-page-malformed': gives('400 A028292', ({ v3 }) => v3('GET', '/client/get/list?pageToken=x')),
  'list-end-wrong': gives('400 A028291', ({ v3 }) => v3('GET', '/client/get/list?end=-1')),
})
