import { OPENID_PROVIDER } from '../../support/openid.ts'
import { gives, type Provoke, redirected, serverError } from '../../support/result-codes.ts'

/** A request of OpenID Connect with these parameters in place of good ones. */
const openid =
  (parameters: Record<string, unknown>): Provoke =>
  async (bench) => {
    const { supportedScopes } = OPENID_PROVIDER
    await bench.setService({ supportedScopes })
    return bench.authorize(bench.client, { scope: 'openid', ...parameters })
  }

/** `/auth/authorization/issue` with the ticket of such a request. */
const issuingOpenid =
  (members: Record<string, unknown>, parameters: Record<string, unknown> = {}): Provoke =>
  async (bench) =>
    bench.issue((await openid(parameters)(bench)).json['ticket'], members)

export const OPENID_PROVOCATIONS = {
  'openid-redirect-uri-missing': redirected('A011398', openid({ redirect_uri: undefined })),
  'nonce-too-long': redirected('A014391', openid({ nonce: 'n'.repeat(513) })),
  'acr-values-too-long': redirected('A014392', openid({ acr_values: 'a'.repeat(2049) })),
  'claims-too-long': redirected('A014393', openid({ claims: JSON.stringify({ a: 'a'.repeat(2048) }) })),
  'claims-malformed': redirected('A004399', openid({ claims: '[]' })),
  'id-token-key-missing': gives('LOCATION A014394 server_error', async (bench) => {
    await bench.setService({ jwks: [] })
    return openid({})(bench)
  }),
  'issue-claims-too-large': serverError('A045291', issuingOpenid({ claims: { a: 'a'.repeat(2048) } })),
  'issue-headers-too-large': serverError(
    'A045292',
    issuingOpenid({ idtHeaderParams: { a: 'a'.repeat(512) } }),
  ),
  'issue-sub-malformed': serverError('A045293', issuingOpenid({ sub: 's'.repeat(256) })),
  'issue-auth-time-missing': serverError('A045294', issuingOpenid({}, { max_age: '60' })),
  'issue-acr-missing': serverError(
    'A045295',
    issuingOpenid({}, { claims: '{"id_token":{"acr":{"essential":true,"value":"gold"}}}' }),
  ),
  'issue-other-end-user': serverError(
    'A045296',
    issuingOpenid({}, { claims: '{"id_token":{"sub":{"value":"somebody else"}}}' }),
  ),
}
