import { describe, expect, test } from 'vitest'
import * as alb from '../../../shared/resource-server/alb.ts'
import * as apiGateway from '../../../shared/resource-server/api-gateway.ts'
import * as express from '../../../shared/resource-server/express.ts'
import * as fastify from '../../../shared/resource-server/fastify.ts'
import * as hono from '../../../shared/resource-server/hono.ts'
import * as node from '../../../shared/resource-server/node.ts'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import { vector } from '../../infra/emulator/tls-client.ts'
import { signedTokens } from '../../support/signed-tokens.ts'

/** A function of the library, as code without types calls it. */
type Untyped = (...given: unknown[]) => unknown

const { options } = signedTokens()
const resource = protectedResource({ ...options, resourceMetadata: { resource: 'https://a.example.com' } })
const serve = () => 'served'
const pem = vector('ca-root')
const secret = 's'.repeat(32)
const { jwks, ...issuer } = options
const ofOthers = {
  ...{ ...issuer, metadata: 'openid-configuration', profile: 'jwt', scopelessTokens: 'refused' },
  ...{ claims: { client: 'azp', scopes: ['scope'] }, algorithms: ['ES256'] },
}
const asked = {
  ...issuer,
  introspection: {
    ...{ endpoint: 'https://as.example.com/i', clientId: 'rs', clientSecret: 's', keepSeconds: 5 },
    ...{ tls: { cert: pem, key: [pem] }, jwks: 'https://as.example.com/jwks' },
  },
}
const common = {
  ...{ edge: { name: 'socket' }, unboundTokens: 'refused', publicUrl: 'https://a.example.com', ca: pem },
  resourceMetadata: { resource: 'https://a.example.com', scopesSupported: ['read'], members: {} },
  ...{ dpopAlgorithms: ['ES256'], currentDate: () => new Date(), onRefusal: serve, onFailure: serve },
}
const behind = (name: string, proof: object, more: object = {}) => ({
  ...{ ...issuer, jwks: 'https://as.example.com/jwks' },
  edge: { name, proof, ...more },
})
const rules = { scopes: ['read'], acrValues: ['2'], maxAge: 60 }

/** A right call of every public function that takes options, and the list that may be empty. */
const CALLS: readonly (readonly [string, Untyped, readonly unknown[]])[] = [
  ['protectedResource', protectedResource as Untyped, [{ ...ofOthers, ...common }]],
  ['protectedResource that introspects', protectedResource as Untyped, [asked]],
  ['protectedResource with issuers', protectedResource as Untyped, [{ issuers: [ofOthers], ...common }]],
  [
    'behind a front with a certificate',
    protectedResource as Untyped,
    [behind('nginx', { mutualTls: { issuers: [pem], name: 'front.example.com' } })],
  ],
  [
    'behind a front with a secret',
    protectedResource as Untyped,
    [behind('envoy', { secretHeader: { name: 'Front-Secret', values: [secret] } }, { hops: 2 })],
  ],
  ['in a trusted network', protectedResource as Untyped, [behind('alb', { trustedNetwork: 'a reason' })]],
  ['a resource', resource as Untyped, [rules]],
  ['node requireToken', node.requireToken as Untyped, [resource, rules, serve]],
  ['node serveMetadata', node.serveMetadata as Untyped, [resource, serve]],
  ['express requireToken', express.requireToken as Untyped, [resource, rules]],
  ['express serveMetadata', express.serveMetadata as Untyped, [resource]],
  ['fastify requireToken', fastify.requireToken as Untyped, [resource, rules]],
  ['fastify serveMetadata', fastify.serveMetadata as Untyped, [resource]],
  ['hono requireToken', hono.requireToken as Untyped, [resource, rules]],
  ['hono serveMetadata', hono.serveMetadata as Untyped, [resource]],
  [
    'api-gateway requireToken',
    apiGateway.requireToken as Untyped,
    [resource, { mtlsDomains: ['a.example.com'], apiIds: ['a1'], ...rules }, serve],
  ],
  ['api-gateway serveMetadata', apiGateway.serveMetadata as Untyped, [resource]],
  [
    'alb requireToken',
    alb.requireToken as Untyped,
    [resource, { targetGroupArns: ['arn'], ...rules }, serve],
  ],
  ['alb serveMetadata', alb.serveMetadata as Untyped, [resource]],
]

/** Values in place of a right one. */
function wrongFor(value: unknown): readonly unknown[] {
  const never = [undefined, null, NaN, true]
  if (typeof value === 'string') return [...never, '', 5, [], {}, [value]]
  if (typeof value === 'number') return [...never, '5', -1, 0.5, [], {}]
  if (typeof value === 'function') return [...never, 'read', 5, [], {}]
  if (Array.isArray(value))
    return [...never, value[0], '', 5, {}, [undefined], [...(value as unknown[]), 5], Array(1)]
  return [...never, 'read', 5, [value], { ...(value as object), misspelt: ['read'] }]
}

/** Every copy of a right value that has one wrong part. */
function* spoiled(value: unknown, path: string): Generator<readonly [path: string, wrong: unknown]> {
  for (const wrong of wrongFor(value)) yield [path, wrong]
  if (typeof value !== 'object' || value === null) return
  for (const [name, part] of Object.entries(value))
    for (const [at, wrong] of spoiled(part, `${path}.${name}`)) {
      const copy: unknown[] | object = Array.isArray(value) ? [...(value as unknown[])] : { ...value }
      yield [at, Object.assign(copy, { [name]: wrong })]
    }
}

/** Parts with two kinds of values, or with members of the user's own. */
const ALSO_RIGHT = (path: string, wrong: unknown) =>
  (path.endsWith('.members') && typeof wrong === 'object' && wrong !== null && !Array.isArray(wrong)) ||
  (/\.(ca|cert)$|\.key\.0$/.test(path) && Array.isArray(wrong) && wrong[0] === pem) ||
  (path.endsWith('.tls.key') && wrong === pem)

/** The messages of the engine, which do not name what to write. */
const NATIVE = /^Cannot |is not (a function|iterable)/

const shown = (wrong: unknown) =>
  JSON.stringify(wrong, (_name, each: unknown) => (each === undefined || each !== each ? String(each) : each))

/** A list of scopes; at a framework one scope, too. */
const isAlsoRules = (wrong: unknown, name: string) =>
  Array.isArray(wrong) || (wrong === 'read' && /^(express|fastify|hono) /.test(name))

describe.each(CALLS)('%s', (name, call, given) => {
  test('takes right options', () => {
    expect(() => call(...given)).not.toThrow()
  })

  test('throws a TypeError for options with one wrong part', () => {
    const taken: string[] = []
    for (const [i, argument] of given.entries())
      for (const [path, wrong] of spoiled(argument, `${i}`)) {
        if (path === `${i}` && argument === rules && isAlsoRules(wrong, name)) continue
        if (ALSO_RIGHT(path, path === `${i}` ? wrong : partAt(wrong, path))) continue
        const outcome = attempt(() => call(...given.with(i, wrong)))
        if (!(outcome instanceof TypeError) || NATIVE.test(outcome.message))
          taken.push(`${path}: ${shown(wrong)} ${String(outcome)}`)
      }
    expect(taken).toEqual([])
  })
})

test.each([express.requireToken, fastify.requireToken, hono.requireToken] as Untyped[])(
  'an adapter that takes scopes one by one drops none',
  (requireToken) => {
    const [one, other] = [['read'], ['write']]
    for (const given of [
      [one, other],
      [one, 'write'],
      ['read', other],
      [{ scopes: one }, 'write'],
      [['read', one]],
    ])
      expect(() => requireToken(resource, ...given)).toThrow('scopes must be a list of texts')
  },
)

const partAt = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .slice(1)
    .reduce((part: unknown, name) => (part as Record<string, unknown>)[name], value)

function attempt(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return error
  }
}

test.each<[unknown, string]>([
  ...[undefined, null, 5, 'x', [], {}, { rawHeaders: 'authorization' }].map((request): [unknown, string] => [
    request,
    'request.rawHeaders must be',
  ]),
  ...[null, 5, {}, [], { fingerprint256: 'A' }, Buffer.from('x')].map((certificate): [unknown, string] => [
    { rawHeaders: [], certificate },
    'request.certificate must be',
  ]),
])('the request %j is refused by the name of what is wrong', async (request, message) => {
  const decide = resource(['read']) as (request: unknown) => Promise<unknown>
  await expect(decide(request)).rejects.toThrow(message)
  await expect(decide(request)).rejects.toBeInstanceOf(TypeError)
})
