import { beforeEach, describe, expect, test } from 'vitest'
import { outcome, tokensOf } from '../../support/answers.ts'
import { thumbprintOf } from '../../support/vectors.ts'
import {
  type AnyWalk,
  BASIC,
  BOUND,
  OTHER,
  OWN,
  POST,
  PUBLIC,
  RENEWED,
  TLS,
  UNBOUND,
} from '../../support/walk.ts'

const SAME_CERTIFICATE_ONLY = [
  ['public', PUBLIC],
  ['Basic', BASIC],
  ['secret-in-form', POST],
] as const
const EVERY_CLIENT = [...SAME_CERTIFICATE_ONLY, ['mutual-TLS', TLS]] as const

/** Tests of a binding at refresh, for every kind of deployment that answers the walk. */
export function refreshBindingCases(open: () => AnyWalk): void {
  let walk: AnyWalk
  beforeEach(async () => {
    walk = open()
    await walk.setService(BOUND)
  })

  const cnfOf = async (access: string) => (await walk.standard(access))['cnf']

  test.each(EVERY_CLIENT)(
    'the same certificate refreshes for a %s client, bound again',
    async (_name, kind) => {
      const client = await walk.addClient(kind, BOUND)
      const { refresh } = await walk.granted(client, OWN)
      const { access } = tokensOf(await walk.refresh(client, refresh, OWN))
      expect(await cnfOf(access)).toEqual({ 'x5t#S256': thumbprintOf('client-ec-p256') })
    },
  )

  test('a renewed certificate moves the grant of a mutual-TLS client', async () => {
    const client = await walk.addClient(TLS, BOUND)
    const { refresh } = await walk.granted(client, OWN)
    const { access } = tokensOf(await walk.refresh(client, refresh, RENEWED))
    expect(await cnfOf(access)).toEqual({ 'x5t#S256': thumbprintOf('client-ec-p256-renewed') })
    expect(outcome(await walk.introspect(access, OWN))).toBe('UNAUTHORIZED A065305 invalid_token')
    expect(outcome(await walk.introspect(access, RENEWED))).toBe('OK A056001')
  })

  test.each(SAME_CERTIFICATE_ONLY)('a renewed certificate is refused to a %s client', async (_name, kind) => {
    const client = await walk.addClient(kind, BOUND)
    const { access, refresh } = await walk.granted(client, OWN)
    expect(outcome(await walk.refresh(client, refresh, RENEWED))).toBe('BAD_REQUEST A053392 invalid_grant')
    expect(outcome(await walk.introspect(access, OWN))).toBe('OK A056001')
    expect(outcome(await walk.refresh(client, refresh, OWN))).toBe('OK A053001')
  })

  test('a certificate of somebody else does not authenticate the client of a refresh', async () => {
    const client = await walk.addClient(TLS, BOUND)
    const { refresh } = await walk.granted(client, OWN)
    expect(outcome(await walk.refresh(client, refresh, OTHER))).toBe('INVALID_CLIENT A157343 invalid_client')
    expect(outcome(await walk.refresh(client, refresh, OWN))).toBe('OK A053001')
  })

  describe.each([
    ['service', () => walk.setService(UNBOUND)],
    ['client', (client: Awaited<ReturnType<AnyWalk['addClient']>>) => walk.setClient(client, UNBOUND)],
  ])('a grant issued bound, the setting of the %s off since', (_name, switchOff) => {
    test.each(EVERY_CLIENT)('a bound grant stays bound for a %s client', async (_kind, kind) => {
      const client = await walk.addClient(kind, BOUND)
      const { refresh } = await walk.granted(client, OWN)
      await switchOff(client)
      const { access } = tokensOf(await walk.refresh(client, refresh, OWN))
      expect(await cnfOf(access)).toEqual({ 'x5t#S256': thumbprintOf('client-ec-p256') })
      expect(outcome(await walk.introspect(access))).toBe('UNAUTHORIZED A065304 invalid_token')
    })

    test.each(SAME_CERTIFICATE_ONLY)(
      'a bound grant of a %s client needs its certificate',
      async (_kind, kind) => {
        const client = await walk.addClient(kind, BOUND)
        const { access, refresh } = await walk.granted(client, OWN)
        await switchOff(client)
        expect(outcome(await walk.refresh(client, refresh))).toBe('BAD_REQUEST A244308 invalid_request')
        expect(outcome(await walk.refresh(client, refresh, OTHER))).toBe('BAD_REQUEST A053392 invalid_grant')
        expect(outcome(await walk.introspect(access, OWN))).toBe('OK A056001')
        expect(outcome(await walk.refresh(client, refresh, OWN))).toBe('OK A053001')
      },
    )

    test('a bound grant of a mutual-TLS client moves, and never to a token without a binding', async () => {
      const client = await walk.addClient(TLS, BOUND)
      const { refresh } = await walk.granted(client, OWN)
      await switchOff(client)
      const { access } = tokensOf(await walk.refresh(client, refresh, RENEWED))
      expect(await cnfOf(access)).toEqual({ 'x5t#S256': thumbprintOf('client-ec-p256-renewed') })
    })
  })

  const unbound = async (kind: typeof PUBLIC) => {
    const client = await walk.addClient(kind, UNBOUND)
    return { client, ...(await walk.granted(client, OWN)) }
  }

  test.each(EVERY_CLIENT)('an unbound grant of a %s client may stay unbound', async (_name, kind) => {
    const { client, refresh } = await unbound(kind)
    const { access } = tokensOf(await walk.refresh(client, refresh, OWN))
    expect(await cnfOf(access)).toBeUndefined()
  })

  test.each(SAME_CERTIFICATE_ONLY)(
    'a required binding refuses the unbound grant of a %s client',
    async (_name, kind) => {
      const { client, access, refresh } = await unbound(kind)
      await walk.setClient(client, BOUND)
      expect(outcome(await walk.refresh(client, refresh, OWN))).toBe('BAD_REQUEST A053393 invalid_grant')
      expect((await walk.standard(access))['active']).toBe(true)
      await walk.setClient(client, UNBOUND)
      expect(outcome(await walk.refresh(client, refresh, OWN))).toBe('OK A053001')
    },
  )

  test('an unbound grant is bound at the next refresh of a mutual-TLS client once binding is required', async () => {
    const { client, refresh } = await unbound(TLS)
    await walk.setClient(client, BOUND)
    const { access } = tokensOf(await walk.refresh(client, refresh, RENEWED))
    expect(await cnfOf(access)).toEqual({ 'x5t#S256': thumbprintOf('client-ec-p256-renewed') })
  })
}
