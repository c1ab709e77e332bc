import { addSeconds } from '../../shared/epoch-seconds.ts'
import { authorizeRequest } from '../../functions/authorizer/authorizer.ts'
import { serveAuthorizer } from '../../shared/lambda/authorizer.ts'
import { serve } from '../../shared/lambda/serve.ts'
import { serveChecked } from '../support/checked-answers.ts'
import { asserted, PRIVATE_KEY_JWT } from '../support/client-assertion.ts'
import { fixedRuntime } from '../support/fixed-runtime.ts'
import { ROUTES } from '../support/gateway.ts'
import { putOwner } from '../support/management.ts'
import { watch } from '../support/secrets/taps.ts'
import { BASIC, BOUND, EVERY_METHOD, openWalk, OTHER, OWN, POST, PUBLIC, TLS } from '../support/walk.ts'

/** After this number of inputs a new site with new tables opens: the tables are in memory. */
const INPUTS_OF_A_SITE = 300
/** A token that inputs have used this often has probably ended. */
const USES_OF_A_TOKEN = 10

type Site = Awaited<ReturnType<typeof openSite>>

let current: Promise<Site> | undefined
let inputs = 0

/** A service with a client of each method of authentication, and the functions over it. It is opened again now and then. */
export async function fuzzedSite(): Promise<Site> {
  if (inputs++ % INPUTS_OF_A_SITE === 0) await closeSite()
  return (current ??= openSite())
}

/** The next input gets a new site. */
export async function closeSite(): Promise<void> {
  const opened = await current
  current = undefined
  inputs = 1
  await opened?.runtime.close()
  watch.restart()
}

async function openSite() {
  const runtime = await fixedRuntime()
  const walk = await openWalk(runtime, EVERY_METHOD)
  await putOwner(runtime)
  const clients = await Promise.all(
    [PUBLIC, BASIC, POST, TLS, PRIVATE_KEY_JWT].map((kind) => walk.addClient(kind, BOUND)),
  )
  const [owner, , , , asserting] = clients
  if (owner === undefined || asserting === undefined) throw new Error('no clients')
  const own = { ...runtime, settings: { ...runtime.settings, serviceId: walk.number } }

  let uses = 0
  let tokens: { readonly access: string; readonly refresh: string } | undefined
  async function tokensNow() {
    if (uses++ % USES_OF_A_TOKEN === 0) tokens = await walk.granted(owner as (typeof clients)[0], OWN)
    return tokens
  }

  async function value(name: string): Promise<string | undefined> {
    const client = clients[Number(name.slice(-1))]
    switch (name) {
      case 'access':
      case 'refresh':
        return (await tokensNow())?.[name] ?? ''
      case 'code':
        return walk.code(owner as (typeof clients)[0])
      case 'ticket':
        return String((await walk.authorize(owner as (typeof clients)[0])).json['ticket'])
      case 'assertion':
        return asserted(asserting as (typeof clients)[0], runtime.now()).client_assertion
      case 'own':
        return OWN
      case 'other':
        return OTHER
      case 'service':
        return walk.serviceId
      default:
        return (name.startsWith('secret') ? client?.secret : client?.id) ?? name
    }
  }

  /** Puts what is meant in place of `{{access}}`, `{{client0}}` and so on. */
  async function filled<T>(input: T): Promise<T> {
    const text = JSON.stringify(input)
    const names = new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name))
    const values = new Map<string, string>()
    // Inputs before may have ended what gives a value, until the site is new.
    for (const name of names) values.set(name, JSON.stringify((await value(name)) ?? '').slice(1, -1))
    runtime.lines.length = 0
    // A value that is issued in the second of a cut-off would be dead from the start.
    runtime.clock.now = addSeconds(runtime.clock.now, 2)
    return JSON.parse(text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values.get(name) ?? '')) as T
  }

  /** The service and a client as they were opened. */
  async function reset(client: (typeof clients)[0]): Promise<void> {
    await walk.setService({})
    await walk.setClient(client, {})
    await walk.setLocked(client, false)
  }

  return {
    ...{ runtime, walk, clients, filled, reset },
    checked: serveChecked(ROUTES, own),
    serve: serve(ROUTES, own),
    authorize: serveAuthorizer(authorizeRequest, own),
  }
}
