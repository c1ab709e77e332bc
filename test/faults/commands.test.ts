import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readDeployment } from '../../infra/aws/settings/read-deployment.ts'
import { type DeploymentSettings, serviceNumber } from '../../infra/aws/settings/settings.ts'
import { findPresent, type NewSecrets, provision } from '../../infra/aws/provisioning/provision.ts'
import { restoreOwner, restoreServices } from '../../infra/aws/provisioning/restore.ts'
import { digest } from '../../shared/store/digest.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { StoreUnavailable } from '../../shared/store/unavailable.ts'
import type { Thumbprint } from '../../shared/certificate/thumbprint.ts'
import { outcome, tokensOf } from '../support/answers.ts'
import { callsOf, cut, fromCall, pass } from '../support/cutting-proxy.ts'
import { bearer, ORGANIZATION, putOwner } from '../support/management.ts'
import { BASIC, openWalk, UNBOUND } from '../support/walk.ts'
import { ALL, isWrite } from './fault-list.ts'
import { openWorld } from './world.ts'

const MINUTE = 60
const LIMIT_MILLISECONDS = ALL ? 1_200_000 : undefined

const world = await openWorld()
const { failing, healthy, proxy } = world

const settings: DeploymentSettings = {
  ...(await readDeployment(join(import.meta.dirname, '../../certbound.example.jsonc'))),
  registryCacheSeconds: 0,
}

async function empty(): Promise<void> {
  world.pass(MINUTE)
  await healthy.tables.registry.restore([])
  await healthy.tables.grants.restore([])
}

/** Kills the command after each of its writes; with `FAULTS=all` after each call of the store. `after` gets what comes then. */
async function killed(
  command: (runtime: Runtime) => Promise<unknown>,
  after: () => Promise<void>,
  before = empty,
): Promise<void> {
  await before()
  proxy.passed.length = 0
  await command(failing)
  const calls = callsOf(proxy.passed)
  await after()
  const points = calls.flatMap((call, index) => (ALL || isWrite(call) ? [index + 1] : []))
  expect(points.length).toBeGreaterThan(2)
  // The last call stores an outcome. Without it the command has succeeded, and readers settle its record.
  for (const done of points.filter((point) => point < calls.length - 1)) {
    await before()
    proxy.fate = fromCall(done + 1, cut)
    await expect(command(failing)).rejects.toBeInstanceOf(StoreUnavailable)
    proxy.fate = pass
    await after()
  }
}

async function provisionBy(runtime: Runtime): Promise<NewSecrets[]> {
  const shown: NewSecrets[] = []
  await provision(settings, await findPresent(settings, runtime), runtime, (secrets) => shown.push(secrets))
  return shown
}

const REVOKED = 'a'.repeat(43) as Thumbprint

const restoreBy = async (runtime: Runtime) => {
  const { random } = runtime
  const options = {
    now: runtime.now(),
    random,
    cacheSeconds: 0,
    newSigningKey: false,
    newClientSecrets: true,
    revive: new Set<number>(),
    former: undefined,
  }
  return { services: await restoreServices(runtime, options), owner: await restoreOwner(runtime) }
}

test(
  'provision that was killed at any moment is completed by the next run, and restore makes the secrets that were lost',
  async () => {
    await killed(provisionBy, async () => {
      world.pass(MINUTE)
      await provisionBy(healthy)
      const number = serviceNumber(settings)
      const clients = await healthy.store.registry.listClients(number)
      expect(clients.map(({ clientIdAlias }) => clientIdAlias).sort()).toEqual(
        settings.clients.map(({ clientIdAlias }) => clientIdAlias).sort(),
      )
      for (const { clientId } of clients) {
        expect(await healthy.store.grants.findState(number, clientId)).toMatchObject({ locked: false })
      }
      expect(await healthy.store.registry.findSigningKey(number, '1')).toBeDefined()

      const { services, owner } = await restoreBy(healthy)
      const credentials = (await healthy.store.registry.findCurrentService(number))?.credentials
      expect(credentials?.map((credential) => credential.digest)).toEqual(
        services[0]?.credentials.map(({ secret }) => digest(secret)),
      )
      expect(await healthy.store.registry.findOwner()).toMatchObject({
        credentials: [{ organizationTokenDigest: digest(String(owner?.organizationAccessToken)) }],
      })
    })
  },
  LIMIT_MILLISECONDS,
)

test(
  'the next run completes a restore that was killed at any moment, and revives nothing that had ended',
  async () => {
    let walk: Awaited<ReturnType<typeof openWalk>>
    let access: string
    await killed(
      restoreBy,
      async () => {
        const { services, owner } = await restoreBy(healthy)
        const [restored] = services
        const manage = restored?.credentials.find(({ role }) => role === 'manage')?.secret ?? ''
        const introspected = await walk.call('/auth/introspection', { token: access }, { secret: manage })
        expect(outcome(introspected)).toMatch(/^UNAUTHORIZED A0573/)
        const records = await healthy.store.registry.listClients(walk.number)
        expect(records.map((record) => record.locked)).toEqual([true])
        const { revocations } = healthy.store.certificates
        const revoked = await revocations.find(walk.number, { thumbprint: REVOKED })
        expect(revoked).toMatchObject([{ source: 'operator', reason: 'unspecified' }])
        const list = (token: string) => walk.api('GET', '/api/service/get/list', undefined, bearer(token))
        expect((await list(String(owner?.organizationAccessToken))).status).toBe(200)
        expect((await list(ORGANIZATION)).status).toBe(401)
      },
      async () => {
        await empty()
        await putOwner(healthy)
        walk = await openWalk(healthy, UNBOUND)
        const client = await walk.addClient(BASIC)
        access = tokensOf(await walk.credentials(client)).access
        // In the backup the client is not locked.
        await healthy.tables.grants.put({
          id: `${walk.serviceId}.${client.id}`,
          locked: true,
          notBefore: healthy.now(),
          revoked: { [REVOKED]: 0 },
        })
      },
    )
  },
  LIMIT_MILLISECONDS,
)
