import { beforeEach, describe, expect, test } from 'vitest'
import { openDeployment } from './deployment.ts'
import {
  BY_CERTIFICATE,
  BY_SECRET,
  BY_SUBJECT,
  byAssertion,
  type Kind,
  NONE,
  OTHERS,
  SECRET_BASIC,
  SELF_SIGNED,
} from './kinds.ts'
import { failure, LIBRARIES, type OAuthClient } from './libraries.ts'
import { cnfOf, FORMATS, INVALID_CLIENT, INVALID_TOKEN, parties, setFormat } from './walk-through.ts'

const deployment = await openDeployment()

const openParties = (library: (typeof LIBRARIES)[number], kind: Kind) => parties(library[1], deployment, kind)

describe.each(LIBRARIES)('%s', (...library) => {
  describe.each(BY_CERTIFICATE)('a client that authenticates by %s', (_method, kind) => {
    /** Every step of the client that is authenticated. */
    async function refusals(client: OAuthClient, { callback, access, refresh }: Steps) {
      return [
        await failure(client.exchange(callback)),
        await failure(client.credentials('accounts:read')),
        await failure(client.refresh(refresh)),
        await failure(client.introspect(access)),
        await failure(client.revoke(access)),
      ]
    }

    test('a client with another certificate or none is invalid at every step, and nothing is used up', async () => {
      const { own, as } = await openParties(library, kind)
      const steps = await begun(own)
      const five = Array.from({ length: 5 }, () => INVALID_CLIENT)
      expect(await refusals(await as(OTHERS), steps)).toEqual(five)
      expect(await refusals(await as(undefined), steps)).toEqual(five)
      await expectUntouched(own, steps)
    })
  })

  describe.each([['none', NONE] as const, ...BY_SECRET])(
    'a client that authenticates by %s',
    (_method, kind) => {
      test('a refresh with another certificate or none is refused, and the token stays valid', async () => {
        const { own, as } = await openParties(library, kind)
        const steps = await begun(own)
        const [other, without] = [await as(OTHERS), await as(undefined)]
        expect(await failure(other.refresh(steps.refresh))).toBe('400 invalid_grant')
        expect(await failure(without.refresh(steps.refresh))).toBe('400 invalid_request')
        expect(await failure(without.exchange(steps.callback))).toBe('400 invalid_request')
        await expectUntouched(own, steps)
      })
    },
  )

  test.each(BY_SECRET)('a client by %s gets no token without a certificate', async (_method, kind) => {
    const without = await (await openParties(library, kind)).as(undefined)
    expect(await failure(without.credentials('accounts:read'))).toBe('400 invalid_request')
  })

  test('a client by assertion gets tokens bound to the certificate it presents, and none without one', async () => {
    const kind = await byAssertion('ES256')
    const { own, as } = await openParties(library, kind)
    const steps = await begun(own)
    const [other, without] = [await as(OTHERS), await as(undefined)]
    expect(await failure(without.credentials('accounts:read'))).toBe('400 invalid_request')
    expect(await failure(without.refresh(steps.refresh))).toBe('400 invalid_request')
    const { access_token } = await other.refresh(steps.refresh)
    expect(await own.introspect(access_token)).toMatchObject({ active: true, cnf: cnfOf(OTHERS) })
    expect(await failure(own.use(access_token))).toBe(INVALID_TOKEN)
    expect(await other.use(access_token)).toBe(200)
  })

  describe.each(FORMATS)('with access tokens that are %s', (format) => {
    beforeEach(() => setFormat(deployment, format))

    test.each<[string, Kind]>([
      ['none', NONE],
      ['client_secret_basic', SECRET_BASIC],
      ['tls_client_auth', BY_SUBJECT],
      ['self_signed_tls_client_auth', SELF_SIGNED],
    ])('the resource refuses a token without its certificate to a client by %s', async (_method, kind) => {
      const { own, as } = await openParties(library, kind)
      const { access } = await begun(own)
      expect(await failure((await as(OTHERS)).use(access))).toBe(INVALID_TOKEN)
      expect(await failure((await as(undefined)).use(access))).toBe(INVALID_TOKEN)
      expect(await own.use(access)).toBe(200)
    })
  })

  test('the mutual-TLS domain does not answer a client without a certificate', async () => {
    const { withoutOnMutualTls } = await openParties(library, SECRET_BASIC)
    const reported = await failure((await withoutOnMutualTls()).credentials('accounts:read'))
    expect(reported).toBe('no answer')
  })

  test('the mutual-TLS domain answers an untrusted certificate with a 403 that is not of OAuth', async () => {
    const client = await (await openParties(library, SECRET_BASIC)).as('server-localhost')
    expect(await failure(client.credentials('accounts:read'))).toBe('OAUTH_RESPONSE_IS_NOT_CONFORM 403')
  })
})

interface Steps {
  readonly callback: Awaited<ReturnType<OAuthClient['authorize']>>
  readonly access: string
  readonly refresh: string
}

/** A grant with tokens, and a code of another that waits. */
async function begun(own: OAuthClient): Promise<Steps> {
  const tokens = await own.exchange(await own.authorize('accounts:read'))
  const callback = await own.authorize('accounts:read')
  return { callback, access: tokens.access_token, refresh: tokens.refresh_token ?? '' }
}

async function expectUntouched(own: OAuthClient, { callback, access, refresh }: Steps): Promise<void> {
  expect(await own.use(access)).toBe(200)
  expect(await failure(own.exchange(callback))).toBe('success')
  expect(await failure(own.refresh(refresh))).toBe('success')
}
