import { X509Certificate } from 'node:crypto'
import { newSigningKey } from '../../infra/signing-key.ts'
import type { TokenAuthMethod } from '../../shared/store/service.ts'
import { PRIVATE_KEY_JWT } from '../support/client-assertion.ts'
import { isStopped } from './model.ts'
import type { Play } from './play.ts'
import type { DirectPlay } from './schedule.ts'
import type { Service, Span } from './state.ts'
import { chosen, clientOf, hasClient, hasService, type Operations, serviceOf, type Step } from './steps.ts'
import { ALIAS, CLIENT, serviceSettings } from './world.ts'

/** The steps with clients. */
export const CLIENT_STEPS: Operations = {
  clientCreate: { weight: 6, fits: hasService, take: createClient },
  clientChange: { weight: 3, fits: hasClient, take: changeClient },
  clientSecret: { weight: 2, fits: hasClient, take: renewSecret },
  clientLock: { weight: 4, fits: hasClient, take: lockClient },
  clientDelete: { weight: 1, fits: hasClient, take: deleteClient },
}

/** The steps with services. */
export const SERVICE_STEPS: Operations<DirectPlay> = {
  provision: { weight: 4, fits: () => true, take: provision },
  serviceCreate: { weight: 2, fits: ({ services }) => services.length < 3, take: createService },
  serviceUpdate: { weight: 2, fits: hasService, take: updateService },
  serviceDelete: { weight: 1, fits: hasService, take: deleteService },
}

/** Makes what is missing. It refuses what was deleted a moment ago or has clients left. */
export async function provision(play: DirectPlay, step: Step): Promise<void> {
  const run = () => play.world.provision(step.by).catch((error: unknown) => error as Error)
  await play.begin(step, 'provision', run, (made, at) => {
    if (made instanceof Error) {
      if (play.conditions.mayFail === true) return
      if (made.constructor.name !== 'Complaint' && !made.message.includes('is taken'))
        play.fail(String(made.stack))
      return
    }
    let service = play.services.findLast(({ number }) => number === play.world.number)
    for (const part of made) {
      if (part.owner !== undefined) play.owner = part.owner.organizationAccessToken
      if (part.service !== undefined) {
        const { serviceId, credentials } = part.service
        const { issuer, isNoted } = play.world
        service = addService(play, { number: serviceId, issuer, isNoted }, credentials[0]?.secret, at)
      }
      if (part.client === undefined) continue
      if (service === undefined) play.fail('provision has made a client without a service')
      const { clientId, clientSecret } = part.client
      const kind = { method: 'CLIENT_SECRET_BASIC', own: 'own', isBound: play.world.isBound } as const
      addClient(play, service, { ...kind, number: clientId }, clientSecret, at)
    }
  })
}

function addService(
  play: DirectPlay,
  { number, issuer, isNoted }: Pick<Service, 'number' | 'issuer' | 'isNoted'>,
  manage: unknown,
  created: Span,
): Service {
  const former = play.services.find((service) => service.number === number)
  const service = {
    ...{ number, issuer, isNoted, manage: String(manage), created, again: former !== undefined },
    ...{ deletions: [], notBefore: [], revocations: former?.revocations ?? [] },
    shown: [],
    lists: play.lists,
    announced: former?.announced ?? [],
  }
  play.services.push(service)
  return service
}

interface Kind {
  readonly method: TokenAuthMethod
  readonly own: string
  readonly isBound: boolean
}

function addClient(
  play: Play,
  service: Service,
  { number, method, own, isBound }: Kind & { readonly number: number },
  secret: unknown,
  at: Span,
): void {
  play.clients.push({
    ...{
      service,
      number,
      method,
      own,
      created: at,
      deletions: [],
      cutOffs: [],
      renewals: [],
      renewalChanges: [],
    },
    secrets: [{ value: String(secret), at }],
    isBound: [{ value: isBound, at }],
    locks: [{ value: false, at }],
  })
}

async function createService(play: DirectPlay, step: Step): Promise<void> {
  const [issuer, isNoted] = ['https://other.example.com', play.world.isNoted || step.other % 3 !== 2]
  const jwks = JSON.stringify({ keys: [newSigningKey('1', 'ES256').privateJwk] })
  await play.ask(step, {
    name: 'create service',
    send: (by) =>
      play.world.send(by, {
        route: '/api/service/create',
        headers: { authorization: `Bearer ${play.owner}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          issuer,
          ...serviceSettings(play.world.mode),
          jwks,
          certificateInventory: isNoted,
        }),
      }),
    settle: (isDone, { json }, at) => {
      if (isDone !== true) return
      addService(play, { number: Number(json['apiKey']), issuer, isNoted }, json['apiSecret'], at)
    },
  })
}

/** Cuts off all tokens of a service. */
async function updateService(play: Play, step: Step): Promise<void> {
  const service = serviceOf(play, step)
  const value = play.now + 1
  await play.ask(step, {
    name: 'update service',
    send: (by) => play.call(by, service, '/service/update', { tokensNotBefore: value * 1000 }),
    begins: (at) => [play.write(service.notBefore, value, at)],
  })
}

export async function deleteService(play: Play, step: Step, service = serviceOf(play, step)): Promise<void> {
  await play.ask(step, {
    name: 'delete service',
    send: (by) => play.call(by, service, '/service/delete', undefined, { method: 'DELETE' }),
    begins: (at) => [play.use(service.deletions, at)],
  })
}

/** The settings that only clients of a kind have. */
function settingsOf({ world }: Play, { method, own, isBound }: Kind): object {
  const isPublic = method === 'NONE'
  return {
    ...CLIENT,
    tokenAuthMethod: method,
    tlsClientCertificateBoundAccessTokens: isBound,
    ...(isPublic ? { clientType: 'PUBLIC', grantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'] } : {}),
    ...keysOf(method, world.certificates[own]?.pem ?? ''),
  }
}

function keysOf(method: TokenAuthMethod, pem: string): object {
  if (method === 'PRIVATE_KEY_JWT') return { jwks: JSON.stringify(PRIVATE_KEY_JWT.jwks) }
  if (!method.includes('TLS')) return {}
  const { subject, publicKey, raw } = new X509Certificate(pem)
  // RFC 4514 section 2.1: from the last name to the first.
  if (method === 'TLS_CLIENT_AUTH') return { tlsClientAuthSubjectDn: subject.split('\n').reverse().join(',') }
  const jwk = { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] }
  return { jwks: JSON.stringify({ keys: [jwk] }) }
}

const aliasOf = ({ other }: Step) => (other % 4 === 0 ? {} : { clientIdAlias: `${ALIAS}${other % 4}` })

export async function createClient(play: Play, step: Step): Promise<void> {
  const service = serviceOf(play, step)
  const { methods, certificates } = play.world
  const own = chosen(Object.keys(certificates), step.pick)
  const kind = { method: chosen(methods, step.pick + step.other), own, isBound: step.other % 3 === 0 }
  await play.ask(step, {
    name: `create client ${kind.method}${kind.isBound ? ', bound' : ''}`,
    send: (by) => play.call(by, service, '/client/create', { ...settingsOf(play, kind), ...aliasOf(step) }),
    settle: (isDone, { json }, at) => {
      if (isDone !== true) return
      addClient(play, service, { ...kind, number: Number(json['clientId']) }, json['clientSecret'], at)
    },
  })
}

/** Another name, and perhaps other rules for its tokens. */
async function changeClient(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const { service, number, method, own } = client
  const isBound = step.other % 3 === 0
  const settings = { ...settingsOf(play, { method, own, isBound }), ...aliasOf(step) }
  const pathParameters = { clientId: String(number) }
  await play.ask(step, {
    name: `change client ${number} ${JSON.stringify(aliasOf(step))}${isBound ? ', bound' : ''}`,
    send: (by) => play.call(by, service, '/client/update/{clientId}', settings, { pathParameters }),
    begins: (at) => [play.write(client.isBound, isBound, at)],
  })
}

async function renewSecret(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const more = { method: 'GET', pathParameters: { clientId: String(client.number) } }
  await play.ask(step, {
    name: `another secret of ${client.number}`,
    send: (by) => play.call(by, client.service, '/client/secret/refresh/{clientId}', undefined, more),
    // Until the answer comes nobody knows it, and the one before may be over.
    begins: (at) => [play.write(client.secrets, '', at)],
    settle: (isDone, { json }, at) => {
      if (isDone !== true) return
      const written = client.secrets.findIndex((secret) => secret.at.start === at.start)
      client.secrets.splice(written, 1, { value: String(json['newClientSecret']), at })
    },
  })
}

async function lockClient(play: Play, step: Step): Promise<void> {
  const client = clientOf(play, step)
  const value = step.other % 3 === 0
  const more = { pathParameters: { clientId: String(client.number) } }
  await play.ask(step, {
    name: `${value ? 'lock' : 'unlock'} client ${client.number}`,
    send: (by) =>
      play.call(by, client.service, '/client/lock_flag/update/{clientId}', { clientLocked: value }, more),
    begins: (at) => [play.write(client.locks, value, at)],
  })
}

export async function deleteClient(play: Play, step: Step, client = clientOf(play, step)): Promise<void> {
  const more = { method: 'DELETE', pathParameters: { clientId: String(client.number) } }
  await play.ask(step, {
    name: `delete client ${client.number}`,
    send: (by) => play.call(by, client.service, '/client/delete/{clientId}', undefined, more),
    begins: (at) => [play.use(client.deletions, at)],
    settle: (isDone, _, at) => {
      if (isDone === false) play.judge('the deletion of a client', isDone, isStopped(client, at))
    },
  })
}
