import type { Runtime } from '../../shared/runtime.ts'
import type { Seeded } from '../emulator/seed.ts'
import type { CannedStore } from './canned-store.ts'
import { type Answered, handlerCalls, type Prepare } from './handler-call.ts'
import { basic, confidentialClient, FORMATS, seedFormat } from './services.ts'

export interface HandlerCase {
  readonly name: string
  /** @throws Error when the answer is not 200 */
  readonly call: () => Promise<Answered>
}

/** One case for each way through the handlers. Each has been called once, and from then on DynamoDB is canned. */
export async function handlerCases(
  runtime: Runtime,
  { store, replay }: CannedStore,
  certificate: string,
): Promise<HandlerCase[]> {
  const issuing: HandlerCase[] = []
  const asking: HandlerCase[] = []
  for (const format of FORMATS) {
    const seeded = await seedFormat(store, format, runtime.now())
    const settings = { ...runtime.settings, serviceId: seeded.serviceId }
    const prepare = handlerCalls({ ...runtime, settings, store }, certificate)
    const { authorization } = confidentialClient(seeded)
    const form = { grant_type: 'client_credentials', scope: 'accounts:read' }
    const issue = prepare({ route: '/token', authorization, form })
    const token = text(await issue(), 'access_token')
    issuing.push({ name: `token, ${format}`, call: issue })
    asking.push({
      name: `introspection, ${format}`,
      call: prepare({ route: '/introspection', form: { token } }),
    })
    if (format === 'opaque') {
      issuing.push(...(await grantCases(prepare, seeded)))
      const call = prepare({ route: '/introspection/standard', authorization, form: { token } })
      asking.push({ name: `standard introspection, ${format}`, call })
    }
  }
  const cases = [...issuing, ...asking]
  for (const { call } of cases) await call()
  replay()
  return cases
}

/** Each has a grant of its own: DynamoDB's answer about it stays the one from before it was used. */
async function grantCases(prepare: Prepare, seeded: Seeded): Promise<HandlerCase[]> {
  const { authorization, redirectUri } = confidentialClient(seeded)
  const redeem = async () => {
    const form = { grant_type: 'authorization_code', code: await makeCode(prepare, seeded) }
    return prepare({
      route: '/token',
      authorization,
      form: { ...form, redirect_uri: redirectUri },
    })
  }
  const used = await redeem()
  const refreshed = text(await used(), 'refresh_token')
  const form = { grant_type: 'refresh_token', refresh_token: refreshed }
  return [
    { name: 'token by code, opaque', call: await redeem() },
    { name: 'refresh, opaque', call: prepare({ route: '/token', authorization, form }) },
  ]
}

async function makeCode(prepare: Prepare, seeded: Seeded): Promise<string> {
  const { clientId, redirectUri } = confidentialClient(seeded)
  const authorization = basic(seeded.serviceApiKey, seeded.serviceApiSecret)
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'accounts:read',
  }).toString()
  const authorize = prepare({ route: '/api/auth/authorization', authorization, call: { parameters } })
  const call = { ticket: text(await authorize(), 'ticket'), subject: 'bench' }
  const issue = prepare({ route: '/api/auth/authorization/issue', authorization, call })
  const location = new URL(text(await issue(), 'responseContent'))
  return location.searchParams.get('code') ?? ''
}

function text(answer: Answered, member: string): string {
  const value = answer[member]
  if (typeof value !== 'string') throw new Error(`an answer without ${member}`)
  return value
}
