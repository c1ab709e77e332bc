import { Authlete } from '@authlete/typescript-sdk'
import { AuthleteDefaultError } from '@authlete/typescript-sdk/models/errors'
import { expect, test } from 'vitest'
import { DRIVEN, openSdk, operationsOf } from './authlete-sdk.ts'

const opened = await openSdk()

const PASSWORD = 'finishes a password grant, which is not offered (RFC 9700 section 2.4)'
const OPENID = 'OpenID Connect is not offered'
const REGISTRATION = 'clients do not register themselves'
const CIBA = 'CIBA is not offered'
const DEVICE = 'the device flow is not offered'
const FEDERATION = 'OpenID Federation is not offered'
const HSK = 'private keys lie in the registry, not in a module'
const CREDENTIALS = 'verifiable credentials are not offered'
const NATIVE_SSO = 'native SSO is not offered'

const TICKET = { ticket: 't' }

/** Operations that are not offered: why, and a request that the SDK sends. */
const NOT_OFFERED: Readonly<Record<string, readonly [reason: string, request: object]>> = {
  'token.issue': [PASSWORD, { tokenIssueRequest: { ...TICKET, subject: 'alice' } }],
  'token.fail': [PASSWORD, { tokenFailRequest: { ...TICKET, reason: 'UNKNOWN' } }],
  'token.management.reissueIdToken': [OPENID, {}],
  'grantManagement.processRequest': ['grant management is not offered', { gMRequest: {} }],
  'joseObject.joseVerifyApi': ['a JOSE library does that', {}],
  'dynamicClientRegistration.register': [REGISTRATION, { requestBody: { json: '{}' } }],
  'dynamicClientRegistration.get': [REGISTRATION, { requestBody: { token: 't', clientId: '1' } }],
  'dynamicClientRegistration.update': [
    REGISTRATION,
    { requestBody: { json: '{}', token: 't', clientId: '1' } },
  ],
  'dynamicClientRegistration.delete': [REGISTRATION, { requestBody: { token: 't', clientId: '1' } }],
  'ciba.processAuthentication': [CIBA, { backchannelAuthenticationRequest: { parameters: 'a=b' } }],
  'ciba.issue': [CIBA, { backchannelAuthenticationIssueRequest: TICKET }],
  'ciba.fail': [CIBA, { backchannelAuthenticationFailRequest: { ...TICKET, reason: 'ACCESS_DENIED' } }],
  'ciba.complete': [
    CIBA,
    { backchannelAuthenticationCompleteRequest: { ...TICKET, result: 'AUTHORIZED', subject: 'alice' } },
  ],
  'deviceFlow.authorization': [DEVICE, { deviceAuthorizationRequest: { parameters: 'a=b' } }],
  'deviceFlow.verification': [DEVICE, { deviceVerificationRequest: { userCode: 'x' } }],
  'deviceFlow.complete': [
    DEVICE,
    { deviceCompleteRequest: { userCode: 'x', result: 'AUTHORIZED', subject: 'alice' } },
  ],
  'federation.configuration': [FEDERATION, { federationConfigurationRequest: {} }],
  'federation.registration': [FEDERATION, { federationRegistrationRequest: {} }],
  'hardwareSecurityKeys.create': [HSK, { hskCreateRequest: {} }],
  'hardwareSecurityKeys.delete': [HSK, { handle: 'x' }],
  'hardwareSecurityKeys.get': [HSK, { handle: 'x' }],
  'hardwareSecurityKeys.list': [HSK, {}],
  'verifiableCredentials.getMetadata': [CREDENTIALS, { vciMetadataRequest: { pretty: true } }],
  'verifiableCredentials.getJwtIssuer': [CREDENTIALS, { vciJwtissuerRequest: { pretty: true } }],
  'verifiableCredentials.getJwks': [CREDENTIALS, { vciJwksRequest: { pretty: true } }],
  'verifiableCredentials.createOffer': [CREDENTIALS, { vciOfferCreateRequest: {} }],
  'verifiableCredentials.getOfferInfo': [CREDENTIALS, { vciOfferInfoRequest: {} }],
  'verifiableCredentials.parse': [CREDENTIALS, { vciSingleParseRequest: {} }],
  'verifiableCredentials.issue': [CREDENTIALS, { vciSingleIssueRequest: {} }],
  'verifiableCredentials.batchParse': [CREDENTIALS, { vciBatchParseRequest: {} }],
  'verifiableCredentials.batchIssue': [CREDENTIALS, { vciBatchIssueRequest: {} }],
  'verifiableCredentials.deferredParse': [CREDENTIALS, { vciDeferredParseRequest: {} }],
  'verifiableCredentials.deferredIssue': [CREDENTIALS, { vciDeferredIssueRequest: {} }],
  'nativeSso.process': [NATIVE_SSO, { nativeSsoRequest: { accessToken: 'a', deviceSecret: 's' } }],
  'nativeSso.logout': [NATIVE_SSO, { nativeSsoLogoutRequest: { sessionId: 's' } }],
}

test('a test drives every operation of the SDK, or there is a reason why it is not offered', () => {
  const operations = operationsOf(new Authlete({ bearer: 'x' }))
  const known = [...Object.values(DRIVEN).flat(), ...Object.keys(NOT_OFFERED)]
  expect(operations.length).toBeGreaterThan(50)
  expect(known.toSorted()).toEqual(operations.toSorted())
})

type Operation = (request: object) => Promise<unknown>

function operation(name: string): Operation {
  const path = name.split('.')
  const called = path.pop() ?? ''
  let part: unknown = opened.service
  for (const step of path) part = (part as Record<string, unknown>)[step]
  return (request) =>
    (part as Record<string, Operation>)[called]?.(request) ?? Promise.resolve('no operation')
}

/** By operation: the action of the refusal (shared/lambda/not-offered.ts). */
const ACTIONS: Readonly<Record<string, string>> = {
  'token.issue': 'INTERNAL_SERVER_ERROR',
  'token.fail': 'BAD_REQUEST',
  'token.management.reissueIdToken': 'CALLER_ERROR',
  'grantManagement.processRequest': 'NOT_FOUND',
  'dynamicClientRegistration.register': 'BAD_REQUEST',
  'dynamicClientRegistration.get': 'BAD_REQUEST',
  'dynamicClientRegistration.update': 'BAD_REQUEST',
  'dynamicClientRegistration.delete': 'BAD_REQUEST',
  'ciba.processAuthentication': 'BAD_REQUEST',
  'ciba.issue': 'INVALID_TICKET',
  'ciba.fail': 'BAD_REQUEST',
  'ciba.complete': 'SERVER_ERROR',
  'deviceFlow.authorization': 'BAD_REQUEST',
  'deviceFlow.verification': 'NOT_EXIST',
  'deviceFlow.complete': 'INVALID_REQUEST',
  'federation.configuration': 'NOT_FOUND',
  'federation.registration': 'BAD_REQUEST',
  'hardwareSecurityKeys.create': 'INVALID_REQUEST',
  'hardwareSecurityKeys.get': 'INVALID_REQUEST',
  'hardwareSecurityKeys.list': 'INVALID_REQUEST',
  'verifiableCredentials.getMetadata': 'NOT_FOUND',
  'verifiableCredentials.getJwtIssuer': 'NOT_FOUND',
  'verifiableCredentials.getJwks': 'NOT_FOUND',
  'verifiableCredentials.createOffer': 'CALLER_ERROR',
  'verifiableCredentials.getOfferInfo': 'NOT_FOUND',
  'verifiableCredentials.parse': 'BAD_REQUEST',
  'verifiableCredentials.issue': 'CALLER_ERROR',
  'verifiableCredentials.batchParse': 'BAD_REQUEST',
  'verifiableCredentials.batchIssue': 'CALLER_ERROR',
  'verifiableCredentials.deferredParse': 'BAD_REQUEST',
  'verifiableCredentials.deferredIssue': 'CALLER_ERROR',
  'nativeSso.process': 'CALLER_ERROR',
  'nativeSso.logout': 'CALLER_ERROR',
}

/** The answer of `jose/verify` has no action. */
const WITHOUT_ACTION = 'joseObject.joseVerifyApi'
/** The SDK knows only 204 of it. */
const ONLY_204 = 'hardwareSecurityKeys.delete'

const KNOWN = Object.entries(NOT_OFFERED).filter(([name]) => name in ACTIONS)

test.each(KNOWN)(
  'the SDK parses the action and the code with which %s is refused',
  async (name, [, request]) => {
    const answer = await operation(name)({ serviceId: opened.serviceId, ...request })
    expect(answer).toMatchObject({ action: ACTIONS[name], resultCode: 'A001391' })
  },
)

test('the SDK parses the refusal of an operation whose answer has no action, and reports the one that can only be 204', async () => {
  const { serviceId } = opened
  expect(await operation(WITHOUT_ACTION)({ serviceId })).toMatchObject({ resultCode: 'A001391' })
  await expect(operation(ONLY_204)({ serviceId, handle: 'x' })).rejects.toMatchObject({
    statusCode: 200,
    body: expect.stringContaining('"action":"INVALID_REQUEST"') as string,
  })
})

const UNKNOWN = Object.entries(NOT_OFFERED).filter(
  ([name]) => !(name in ACTIONS) && ![WITHOUT_ACTION, ONLY_204].includes(name),
)

test.each(UNKNOWN)('the SDK parses the 404 of %s', async (name, [, request]) => {
  const sent = operation(name)({ serviceId: opened.serviceId, ...request })
  await expect(sent).rejects.toBeInstanceOf(AuthleteDefaultError)
  await expect(sent).rejects.toMatchObject({
    statusCode: 404,
    body: '{"resultCode":"A001295","resultMessage":"[A001295] /api, This API is not offered."}',
  })
})
