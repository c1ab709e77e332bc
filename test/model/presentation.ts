import { asserted } from '../support/client-assertion.ts'
import type { Received } from '../support/gateway.ts'
import { form } from '../support/walk.ts'
import { hash } from 'node:crypto'
import type { Play } from './play.ts'
import type { Face, Presentation } from './possession.ts'
import { type Client, type Grant, type Proof, type Service, UNBOUND } from './state.ts'
import { chosen, type Step } from './steps.ts'

/** The credentials and proofs of a client's request: the right ones, or those of a thief or a clumsy client. */

const FACES: readonly Face[] = ['Web API', 'OAuth']

const WAYS = [
  ...['right', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
  ...['certificate', 'no certificate', 'key', 'proof', 'proof', 'proof', 'client', 'secret'],
] as const
type Way = 'right' | 'certificate' | 'no certificate' | 'key' | 'proof' | 'client' | 'secret'

/** The numbers of `Step.how`. */
export const HOWS = FACES.length * WAYS.length

export const wayOf = ({ how = 0 }: Step): Way => WAYS[Math.floor(how / FACES.length) % WAYS.length] as Way

/** Only one service of a deployment is at the OAuth face. */
function faceOf({ world }: Play, { how = 0 }: Step, { service }: Client): Face {
  return service.number === world.number ? chosen(FACES, how) : 'Web API'
}

/** Clients whose tokens need no certificate bind them to a key, or to nothing. */
export const usualKey = ({ isBound }: Client, { other }: Step): string | undefined =>
  isBound.at(-1)?.value === true || other % 3 === 0 ? undefined : chosen(KEYS, other)

/** The key or the certificate that a grant was bound to last. */
export function boundTo({ binding, client }: Grant): { readonly certificate: string; readonly key?: string } {
  const last = binding.at(-1)?.value ?? UNBOUND
  if (last.startsWith('key')) return { certificate: client.own, key: last }
  return { certificate: last === UNBOUND ? client.own : last }
}

/**
 * @param right what is right
 * @param target the path or the access token that a proof must be for; without one none is sent
 */
export function presentation(
  play: Play,
  step: Step,
  client: Client,
  target?: string,
  right: { readonly certificate?: string; readonly key?: string | undefined } = {},
): Presentation {
  const way = wayOf(step)
  const others = play.clients.filter((other) => other !== client && other.service === client.service)
  const sender = way === 'client' && others.length > 0 ? chosen(others, step.pick) : client
  return {
    ...{ face: faceOf(play, step, client), sender },
    secret: way === 'secret' ? wrongSecret(play, sender) : rightSecret(sender),
    certificate: certificateFor(play, step, sender, right.certificate ?? client.own),
    proof: target === undefined ? undefined : proofFor(play, step, client, target, right.key),
  }
}

function certificateFor({ world }: Play, step: Step, sender: Client, right: string): string | undefined {
  const way = wayOf(step)
  if (way === 'no certificate') return undefined
  if (way === 'certificate') return chosen(Object.keys(world.certificates), step.pick)
  return way === 'client' && sender.method.includes('TLS') ? sender.own : right
}

/** The PEM text. */
export const certificateOf = ({ world }: Play, name: string | undefined) =>
  name === undefined ? undefined : world.certificates[name]?.pem

const KEYS = ['key1', 'key2'] as const

function proofFor(
  play: Play,
  step: Step,
  { service }: Client,
  target: string,
  right?: string,
): Proof | undefined {
  const way = wayOf(step)
  const sent = play.proofs.filter((proof) => proof.service === service)
  const used = sent.filter(
    (proof) => step.pick % 4 === 0 || (proof.uses.length > 0 && proof.target === target),
  )
  if (way === 'proof' && used.length > 0) return chosen(used.slice(-3), step.pick)
  const key = way === 'key' ? chosen(KEYS, step.pick) : right
  if (key === undefined) return undefined
  const made = newProof(play, service, key as (typeof KEYS)[number], target)
  play.proofs.push(made)
  return made
}

function newProof(play: Play, service: Service, key: (typeof KEYS)[number], target: string): Proof {
  const isOfToken = !target.startsWith('/')
  const ath = isOfToken ? { ath: hash('sha256', target, 'base64url') } : {}
  const claims = { htm: isOfToken ? 'GET' : 'POST', htu: urlOf(play, target), iat: play.now, ...ath }
  return { service, text: play.keys[key].proof(claims), key, target, madeAt: play.now, uses: [] }
}

const RESOURCE = 'https://rs.example.com/accounts'

const urlOf = ({ world }: Play, target: string) =>
  target.startsWith('/') ? `${world.oauthUrl}${target}` : RESOURCE

/** The members of a call of the Web API about a proof. The URL is always that of the request, even if the proof is for another one. */
export function proofMembers(play: Play, proof: Proof | undefined, target: string): object {
  const htm = target.startsWith('/') ? 'POST' : 'GET'
  return proof === undefined ? {} : { dpop: proof.text, htm, htu: urlOf(play, target) }
}

/** A client that signs assertions makes a new one. */
const rightSecret = ({ method, secrets }: Client) =>
  method === 'PRIVATE_KEY_JWT' ? '' : (secrets.findLast(({ value }) => value !== '')?.value ?? '')

/** One that was used or replaced, if there is one. */
const wrongSecret = ({ assertions }: Play, client: Client) =>
  (client.method === 'PRIVATE_KEY_JWT' ? assertions.get(client) : client.secrets.at(-2)?.value) ??
  `${rightSecret(client)}x`

/** The paths of the endpoints in the Web API. */
const CALLS = {
  '/token': '/auth/token',
  '/par': '/pushed_auth_req',
  '/revocation': '/auth/revocation',
  '/certificate/announce': '/auth/certificate/announce',
  '/introspection/standard': '/auth/introspection/standard',
} as const

/** A request of a client to an endpoint of its authorization server. */
export async function sendAsClient(
  play: Play,
  by: 0 | 1,
  endpoint: keyof typeof CALLS,
  { face, sender, secret, certificate, proof }: Presentation,
  parameters: Readonly<Record<string, unknown>>,
): Promise<Received> {
  const { inForm, inHeader } = credentialsOf(play, sender, secret)
  const asked = { ...inForm, ...parameters }
  const pem = certificateOf(play, certificate)
  const { id: clientId, secret: clientSecret } = inHeader ?? {}
  const answer =
    face === 'Web API'
      ? await play.call(by, sender.service, CALLS[endpoint], {
          ...{ parameters: form(asked), clientCertificate: pem, clientId, clientSecret },
          ...proofMembers(play, proof, endpoint),
        })
      : await play.sendForm(by, endpoint, asked, pem, {
          ...(inHeader && {
            authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
          }),
          ...(proof && { dpop: proof.text }),
        })
  const { client_assertion: assertion } = inForm
  if (assertion !== undefined && answer.status === 200) play.assertions.set(sender, assertion)
  return answer
}

interface Credentials {
  readonly inForm: { readonly [name: string]: string; readonly client_assertion?: string }
  readonly inHeader?: { readonly id: string; readonly secret: string }
}

function credentialsOf(play: Play, { method, number, service }: Client, secret: string): Credentials {
  const id = String(number)
  if (method === 'CLIENT_SECRET_BASIC') return { inForm: {}, inHeader: { id, secret } }
  if (method === 'CLIENT_SECRET_POST') return { inForm: { client_id: id, client_secret: secret } }
  if (method !== 'PRIVATE_KEY_JWT') return { inForm: { client_id: id } }
  const made = asserted({ id }, play.now, { aud: service.issuer })
  return { inForm: secret === '' ? made : { ...made, client_assertion: secret } }
}
