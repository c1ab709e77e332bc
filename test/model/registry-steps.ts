import { newSigningKey } from '../../infra/signing-key.ts'
import { forget, type Play } from './play.ts'
import type { Client, Service, Span, Written } from './state.ts'
import { clientOf, hasClient, type Operation, serviceOf, type Step } from './steps.ts'
import { ALIAS, CLIENT, serviceSettings } from './world.ts'

const hasService = ({ services }: Play) => services.length > 0

/** The steps with services and clients. */
export const REGISTRY_STEPS: Readonly<Record<string, Operation>> = {
  provision: { weight: 2, fits: () => true, take: provision },
  serviceCreate: { weight: 1, fits: ({ services }) => services.length < 3, take: createService },
  serviceUpdate: { weight: 1, fits: hasService, take: updateService },
  serviceDelete: { weight: 1, fits: hasService, take: deleteService },
  clientCreate: { weight: 2, fits: hasService, take: createClient },
  clientRename: { weight: 1, fits: hasClient, take: renameClient },
  clientLock: { weight: 3, fits: hasClient, take: lockClient },
  clientDelete: { weight: 1, fits: hasClient, take: deleteClient },
}

/** Makes what is missing. It refuses what was deleted a moment ago or has clients left. */
export async function provision(play: Play, step: Step): Promise<void> {
  const run = () =>
    play.world.provision(step.by).then(
      (made) => made,
      (error: unknown) => error as Error,
    )
  await play.begin({ name: 'provision', ...step }, run, (made, at) => {
    if (made instanceof Error) {
      if (play.mayFail) return
      if (made.constructor.name !== 'Complaint' && !made.message.includes('is taken'))
        play.fail(String(made.stack))
      return
    }
    let service = play.services.findLast(({ number }) => number === play.world.number)
    for (const part of made) {
      if (part.owner !== undefined) play.owner = part.owner.organizationAccessToken
      if (part.service !== undefined) {
        const { serviceId, credentials } = part.service
        service = addService(play, serviceId, credentials[0]?.secret, at)
      }
      if (part.client === undefined) continue
      if (service === undefined) play.fail('provision has made a client without a service')
      const { clientId, clientSecret } = part.client
      addClient(service, play, { number: clientId, secret: clientSecret ?? '', isBound: true }, at)
    }
  })
}

function addService(play: Play, number: number, manage: unknown, created: Span): Service {
  const again = play.services.some((service) => service.number === number)
  const service = { number, manage: String(manage), created, again, deletions: [], notBefore: [] }
  play.services.push(service)
  return service
}

function addClient(
  service: Service,
  play: Play,
  client: Pick<Client, 'number' | 'secret' | 'isBound'>,
  created: Span,
): void {
  const locks = [{ value: false, at: created }]
  play.clients.push({ ...client, service, created, locks, deletions: [], cutOffs: [] })
}

async function createService(play: Play, step: Step): Promise<void> {
  const settings = { issuer: 'https://other.example.com', ...serviceSettings(play.world.mode) }
  const jwks = JSON.stringify({ keys: [newSigningKey('1', 'ES256').privateJwk] })
  await play.begin(
    { name: 'create service', ...step },
    () =>
      play.world.send(step.by, {
        route: '/api/service/create',
        headers: { authorization: `Bearer ${play.owner}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...settings, jwks }),
      }),
    (answer, at) => {
      if (play.succeeded(answer, at) !== true) return
      const { apiKey, apiSecret } = answer.json
      addService(play, Number(apiKey), apiSecret, at)
    },
  )
}

/** Cuts off all tokens of a service. */
async function updateService(play: Play, step: Step): Promise<void> {
  const service = serviceOf(play, step)
  const value = play.now + 1
  let written: Written<number> | undefined
  await play.begin(
    { name: 'update service', ...step },
    () => play.call(step.by, service, '/service/update', { tokensNotBefore: value * 1000 }),
    (answer, at) => {
      if (play.succeeded(answer, at) !== false || written === undefined) return
      service.notBefore.splice(service.notBefore.indexOf(written), 1)
    },
    (at) => {
      written = { value, at }
      service.notBefore.push(written)
    },
  )
}

export async function deleteService(play: Play, step: Step, service = serviceOf(play, step)): Promise<void> {
  await play.begin(
    { name: 'delete service', ...step },
    () => play.call(step.by, service, '/service/delete', undefined, { method: 'DELETE' }),
    (answer, at) => {
      if (play.succeeded(answer, at) === false) forget(service.deletions, at)
    },
    (at) => service.deletions.push(at),
  )
}

const aliasOf = ({ other }: Step) => (other % 4 === 0 ? {} : { clientIdAlias: `${ALIAS}${other % 4}` })

async function createClient(play: Play, step: Step): Promise<void> {
  const service = serviceOf(play, step)
  const isBound = step.other % 2 === 0
  const settings = { ...CLIENT, ...aliasOf(step), tlsClientCertificateBoundAccessTokens: isBound }
  await play.begin(
    { name: 'create client', ...step },
    () => play.call(step.by, service, '/client/create', settings),
    (answer, at) => {
      if (play.succeeded(answer, at) !== true) return
      const { clientId, clientSecret } = answer.json
      addClient(service, play, { number: Number(clientId), secret: String(clientSecret), isBound }, at)
    },
  )
}

async function renameClient(play: Play, step: Step): Promise<void> {
  const { service, number, isBound } = clientOf(play, step)
  const settings = { ...CLIENT, ...aliasOf(step), tlsClientCertificateBoundAccessTokens: isBound }
  const pathParameters = { clientId: String(number) }
  await play.begin(
    { name: `rename client ${JSON.stringify(aliasOf(step))}`, ...step },
    () => play.call(step.by, service, '/client/update/{clientId}', settings, { pathParameters }),
    (answer, at) => void play.succeeded(answer, at),
  )
}

async function lockClient(play: Play, step: Step): Promise<void> {
  const { service, number, locks } = clientOf(play, step)
  const value = step.other % 2 === 0
  const pathParameters = { clientId: String(number) }
  let written: Written<boolean> | undefined
  await play.begin(
    { name: value ? 'lock client' : 'unlock client', ...step },
    () =>
      play.call(
        step.by,
        service,
        '/client/lock_flag/update/{clientId}',
        { clientLocked: value },
        { pathParameters },
      ),
    (answer, at) => {
      if (play.succeeded(answer, at) === false && written !== undefined)
        locks.splice(locks.indexOf(written), 1)
    },
    (at) => {
      written = { value, at }
      locks.push(written)
    },
  )
}

async function deleteClient(play: Play, step: Step): Promise<void> {
  const { service, number, deletions } = clientOf(play, step)
  const more = { method: 'DELETE', pathParameters: { clientId: String(number) } }
  await play.begin(
    { name: 'delete client', ...step },
    () => play.call(step.by, service, '/client/delete/{clientId}', undefined, more),
    (answer, at) => {
      if (play.succeeded(answer, at) === false) forget(deletions, at)
    },
    (at) => deletions.push(at),
  )
}
