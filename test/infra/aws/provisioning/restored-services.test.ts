import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type RestoreOptions,
  restoreOwner,
  restoreServices,
} from '../../../../infra/aws/provisioning/restore.ts'
import { addSeconds } from '../../../../shared/epoch-seconds.ts'
import { digest } from '../../../../shared/store/digest.ts'
import { Client } from '../../../../shared/store/client.ts'
import { outcome, tokensOf } from '../../../support/answers.ts'
import { type FixedRuntime, fixedRuntime, START } from '../../../support/fixed-runtime.ts'
import { BASIC, BOUND, openWalk, OWN, type TestClient, TLS, type Walk } from '../../../support/walk.ts'

const MINUTE = 60
const CACHE_SECONDS = 10

let runtime: FixedRuntime
let walk: Walk
let clients: Record<'kept' | 'locked' | 'deleted' | 'certified', TestClient>
let issued: Awaited<ReturnType<typeof issueBefore>>
beforeAll(async () => {
  runtime = await fixedRuntime({ registryCacheSeconds: 0 })
})
afterAll(() => runtime.close())

/** Makes a backup of both tables. Then it revokes a grant, locks a client and deletes another. */
beforeEach(async () => {
  runtime.clock.now = START
  await runtime.tables.registry.restore([])
  await runtime.tables.grants.restore([])
  walk = await openWalk(runtime)
  clients = {
    kept: await walk.addClient(BASIC, BOUND),
    locked: await walk.addClient(BASIC, BOUND),
    deleted: await walk.addClient(BASIC, BOUND),
    certified: await walk.addClient(TLS, BOUND),
  }
  issued = await issueBefore()
})

async function issueBefore() {
  const { registry, grants } = runtime.tables
  const revoked = tokensOf(await walk.credentials(clients.kept, OWN))
  const living = tokensOf(await walk.credentials(clients.kept, OWN))
  const backup = { registry: await registry.scan(), grants: await grants.scan() }
  await walk.call('/auth/token/revoke', { accessTokenIdentifier: revoked.access })
  await runtime.store.clients.setLocked(walk.number, Client.parse(clients.locked.settings), true)
  await runtime.store.clients.remove(walk.number, Client.parse(clients.deleted.settings))
  return { revoked, living, backup }
}

const restore = (more: Partial<RestoreOptions> = {}) =>
  restoreServices(runtime, {
    now: runtime.clock.now,
    random: runtime.random,
    cacheSeconds: CACHE_SECONDS,
    newClientSecrets: true,
    newSigningKey: false,
    revive: new Set(),
    former: undefined,
    ...more,
  })

async function backToBackup(tables: readonly ('registry' | 'grants')[]): Promise<void> {
  runtime.clock.now = addSeconds(START, MINUTE)
  for (const table of tables) await runtime.tables[table].restore(issued.backup[table])
}

/** Restores the services, and continues with the new secrets. */
async function restored(more?: Partial<RestoreOptions>) {
  const [service, ...others] = await restore(more)
  if (service === undefined || others.length > 0) throw new Error('not one service')
  const manage = service.credentials.find(({ role }) => role === 'manage')?.secret ?? ''
  const renewed = (name: keyof typeof clients) => {
    const client = clients[name]
    const { secret = client.secret, state } =
      service.clients.find((it) => it.clientId === client.number) ?? {}
    return { ...client, secret, state }
  }
  const call = { secret: manage }
  const introspect = (token: string) =>
    walk.call('/auth/introspection', { token, clientCertificate: OWN }, call)
  const credentials = (client: TestClient) =>
    walk.token(client, { grant_type: 'client_credentials' }, { clientCertificate: OWN }, call)
  return { service, renewed, introspect, credentials }
}

function afterCutOff(): void {
  runtime.clock.now = addSeconds(runtime.clock.now, CACHE_SECONDS + 1)
}

describe('after both tables were restored', () => {
  beforeEach(() => backToBackup(['registry', 'grants']))

  test('without certbound restore a revoked token is accepted again', async () => {
    expect(outcome(await walk.introspect(issued.revoked.access, OWN))).toBe('OK A056001')
  })

  test('restore revokes tokens from before the cut-off, and later ones are accepted', async () => {
    const { service, introspect, credentials, renewed } = await restored()
    expect(service.tokensNotBefore).toBe(runtime.clock.now + CACHE_SECONDS + 1)
    for (const { access } of [issued.revoked, issued.living]) {
      expect(outcome(await introspect(access))).toBe('UNAUTHORIZED A057395 invalid_token')
    }
    // A function that still has the old secrets in its cache issued this token.
    const stale = tokensOf(await credentials(renewed('kept')))
    expect(outcome(await introspect(stale.access))).toBe('UNAUTHORIZED A057395 invalid_token')
    afterCutOff()
    const fresh = tokensOf(await credentials(renewed('kept')))
    expect(outcome(await introspect(fresh.access))).toBe('OK A056001')
  })

  test('restore replaces the secrets of the service and of clients, and shows them once', async () => {
    const { service, credentials, renewed } = await restored()
    const old = await walk.introspect(issued.living.access, OWN)
    expect(`${String(old.status)} ${String(old.json['resultCode'])}`).toBe('401 A458101')
    expect(outcome(await credentials(clients.kept))).toBe('INVALID_CLIENT A157305 invalid_client')
    expect(outcome(await credentials(renewed('kept')))).toBe('OK A052001')
    const shown = [...service.credentials.map(({ secret }) => secret), renewed('kept').secret]
    const stored = JSON.stringify(await runtime.tables.everything())
    for (const secret of shown) {
      expect(secret).toHaveLength(86)
      expect(stored).not.toContain(secret)
      expect(stored).toContain(digest(secret))
    }
  })

  test('restore replaces the key of nonces, so the nonces of the backup are refused', async () => {
    const key = () => runtime.store.proofs.findNonceKey(walk.number)
    const before = await key()
    await restored()
    expect(await key()).not.toEqual(before)
  })

  test('restore gives no secret to a client that does not use one', async () => {
    const { service } = await restored()
    const { secret } = service.clients.find(({ clientId }) => clientId === clients.certified.number) ?? {}
    expect(secret).toBeUndefined()
  })

  test('restore keeps the secrets of clients on request', async () => {
    const { service, credentials } = await restored({ newClientSecrets: false })
    expect(service.clients.map(({ secret }) => secret)).toEqual([undefined, undefined, undefined, undefined])
    expect(outcome(await credentials(clients.kept))).toBe('OK A052001')
  })

  test('a repeated restore revokes tokens that were issued in between', async () => {
    const first = await restored()
    afterCutOff()
    const between = tokensOf(await first.credentials(first.renewed('kept')))
    runtime.clock.now = addSeconds(runtime.clock.now, MINUTE)
    const second = await restored()
    expect(outcome(await second.introspect(between.access))).toBe('UNAUTHORIZED A057395 invalid_token')
  })

  test('restore does not move a later cut-off back', async () => {
    const ahead = addSeconds(runtime.clock.now, 1000)
    await walk.setService({ tokensNotBefore: ahead })
    expect((await restored()).service.tokensNotBefore).toBe(ahead)
  })
})

describe('after only the registry was restored', () => {
  beforeEach(() => backToBackup(['registry']))

  test('restore copies a later lock into the registry', async () => {
    const before = await runtime.store.registry.findClientByNumber(walk.number, clients.locked.number)
    expect(before?.locked).toBe(false)
    const { renewed, credentials } = await restored()
    expect(outcome(await credentials(renewed('locked')))).toBe('INVALID_CLIENT A048307 invalid_client')
  })

  test('restore creates no state for a deleted client, so its tokens are refused', async () => {
    const { renewed, credentials, introspect } = await restored()
    expect(renewed('deleted').state).toBe('missing')
    expect(renewed('kept').state).toBe('kept')
    afterCutOff()
    const { access } = tokensOf(await credentials(renewed('deleted')))
    expect(outcome(await introspect(access))).toBe('UNAUTHORIZED A057393 invalid_token')
  })

  test('restore revives a deleted client only if its number is set, and locked until it is unlocked', async () => {
    const { renewed, credentials, introspect } = await restored({
      revive: new Set([clients.deleted.number]),
    })
    expect(renewed('deleted').state).toBe('revived')
    afterCutOff()
    expect(outcome(await credentials(renewed('deleted')))).toBe('INVALID_CLIENT A048307 invalid_client')
    await runtime.store.clients.setLocked(walk.number, Client.parse(clients.deleted.settings), false)
    const { access } = tokensOf(await credentials(renewed('deleted')))
    expect(outcome(await introspect(access))).toBe('OK A056001')
  })

  test('a revived client is locked even if it is unlocked in the backup, and is cut off like all others', async () => {
    const { service } = await restored({ revive: new Set([clients.deleted.number]) })
    expect(await runtime.store.grants.findState(walk.number, clients.deleted.number)).toEqual({
      locked: true,
      notBefore: service.tokensNotBefore,
    })
  })

  test('reviving a locked client does not unlock it', async () => {
    await restored({ revive: new Set([clients.locked.number]) })
    expect(await runtime.store.grants.findState(walk.number, clients.locked.number)).toMatchObject({
      locked: true,
    })
  })
})

describe('the owner of the deployment', () => {
  test('restore gives the owner new secrets under the same key', async () => {
    await runtime.store.registry.putOwner({
      credentials: ['0', '1'].map((apiKey) => ({
        apiKey,
        apiSecretDigest: 'a',
        organizationTokenDigest: 'b',
      })),
    })
    const owner = await restoreOwner(runtime)
    const organizationTokenDigest = digest(owner?.organizationAccessToken ?? '')
    const apiSecretDigest = digest(owner?.serviceOwnerApiSecret ?? '')
    expect(await runtime.store.registry.findOwner()).toEqual({
      credentials: [{ apiKey: '1', apiSecretDigest, organizationTokenDigest }],
    })
    expect(owner?.serviceOwnerApiKey).toBe('1')
  })

  test('restore creates no owner if the deployment has no owner', async () => {
    expect(await restoreOwner(runtime)).toBeUndefined()
    expect(await runtime.store.registry.findOwner()).toBeUndefined()
  })
})
