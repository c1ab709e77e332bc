import { beforeAll, describe, expect, test } from 'vitest'
import { outcome, tokensOf } from '../../support/answers.ts'
import type { Received } from '../../support/gateway.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { certificatePem, certificates, spelling, thumbprintOf } from '../../support/vectors.ts'
import { BASIC, BOUND, OTHER, OWN, PUBLIC, TLS, type TestClient } from '../../support/walk.ts'

const UNREADABLE = spelling('truncated-der')

const walk = await testWalk()

const setBinding = (service: boolean) => walk.setService({ tlsClientCertificateBoundAccessTokens: service })

/** The confirmation (`cnf`) of the access token in the answer. */
async function boundTo(answer: Received): Promise<unknown> {
  return (await walk.standard(tokensOf(answer).access))['cnf']
}

type Ask = (client: TestClient, certificate?: string) => Promise<Received>

const GRANTS: Record<string, Ask> = {
  authorization_code: async (client, certificate) =>
    walk.redeem(client, await walk.code(client), certificate),
  client_credentials: (client, certificate) => walk.credentials(client, certificate),
}

describe.each(Object.entries(GRANTS))('%s', (_name, ask) => {
  test.each([
    [true, true, true],
    [true, false, false],
    [false, true, false],
    [false, false, false],
  ])('with service %s and client %s a certificate binds: %s', async (service, client, binds) => {
    await setBinding(service)
    const asking = await walk.addClient(BASIC, { tlsClientCertificateBoundAccessTokens: client })
    const cnf = binds ? { 'x5t#S256': thumbprintOf('client-ec-p256') } : undefined
    expect(await boundTo(await ask(asking, OWN))).toEqual(cnf)
  })

  test.each([
    [true, false],
    [false, true],
    [false, false],
  ])('with service %s and client %s a broken certificate is not even read', async (service, client) => {
    await setBinding(service)
    const asking = await walk.addClient(BASIC, { tlsClientCertificateBoundAccessTokens: client })
    expect(await boundTo(await ask(asking))).toBeUndefined()
    expect(await boundTo(await ask(asking, UNREADABLE))).toBeUndefined()
  })
})

describe('binding', () => {
  beforeAll(() => setBinding(true))

  test.each(certificates.map(({ name }) => name))('a token has the thumbprint of %s', async (name) => {
    const client = await walk.addClient(BASIC, BOUND)
    const answer = await walk.credentials(client, certificatePem(name))
    expect(await boundTo(answer)).toEqual({ 'x5t#S256': thumbprintOf(name) })
  })

  test('a code is not bound: every certificate redeems it', async () => {
    const client = await walk.addClient(PUBLIC, BOUND)
    const { access } = await walk.granted(client, OTHER)
    expect((await walk.introspect(access, OTHER)).json['action']).toBe('OK')
  })
})

describe('a certificate that is missing or unreadable', () => {
  beforeAll(() => setBinding(true))

  const KINDS = [
    ['public', PUBLIC, 'BAD_REQUEST A244308 invalid_request', 'BAD_REQUEST A244309 invalid_request'],
    ['secret', BASIC, 'BAD_REQUEST A244308 invalid_request', 'BAD_REQUEST A244309 invalid_request'],
    ['mutual-TLS', TLS, 'INVALID_CLIENT A157327 invalid_client', 'INVALID_CLIENT A157328 invalid_client'],
  ] as const

  test.each(KINDS)(
    'a bad certificate does not consume the code of a %s client',
    async (_name, kind, missing, unreadable) => {
      const client = await walk.addClient(kind, BOUND)
      const code = await walk.code(client)
      expect(outcome(await walk.redeem(client, code))).toBe(missing)
      expect(outcome(await walk.redeem(client, code, UNREADABLE))).toBe(unreadable)
      expect(outcome(await walk.redeem(client, code, OWN))).toBe('OK A050001')
    },
  )

  test.each(KINDS)(
    'a bad certificate does not consume the refresh token of a %s client',
    async (_name, kind, missing, unreadable) => {
      const client = await walk.addClient(kind, BOUND)
      const { access, refresh } = await walk.granted(client, OWN)
      expect(outcome(await walk.refresh(client, refresh))).toBe(missing)
      expect(outcome(await walk.refresh(client, refresh, UNREADABLE))).toBe(unreadable)
      expect(outcome(await walk.introspect(access, OWN))).toBe('OK A056001')
      expect(outcome(await walk.refresh(client, refresh, OWN))).toBe('OK A053001')
    },
  )

  test('the certificate is judged after the client has authenticated', async () => {
    const client = await walk.addClient(BASIC, BOUND)
    const answer = await walk.credentials({ ...client, secret: 'wrong' })
    expect(outcome(answer)).toBe('INVALID_CLIENT A157305 invalid_client')
  })

  test('the certificate is judged before the grant', async () => {
    const client = await walk.addClient(BASIC, BOUND)
    expect(outcome(await walk.redeem(client, 'no-such-code'))).toBe('BAD_REQUEST A244308 invalid_request')
    expect(outcome(await walk.refresh(client, 'no-such-token'))).toBe('BAD_REQUEST A244308 invalid_request')
  })
})
