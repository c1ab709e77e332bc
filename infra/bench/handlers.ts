import type { LambdaResult } from '../../shared/lambda/serve.ts'
import type { Runtime } from '../../shared/runtime.ts'
import { deployedFunctions } from '../emulator/site/deployed-functions.ts'
import type { Seeded } from '../emulator/site/seed.ts'
import type { CannedStore } from './canned-store.ts'
import { basic, clientCredentials, eventOf, FORMATS, seedFormat } from './services.ts'

export interface HandlerCase {
  readonly name: string
  /** @throws Error when the answer is not 200 */
  readonly call: Call
}

type Call = () => Promise<Readonly<Record<string, unknown>>>
type Form = Readonly<Record<string, string>>
type Prepare = (route: string, authorization: string, body: { form: Form } | { json: object }) => Call

/** One case for each way through the handlers. Each has been called once; from then on DynamoDB's answers are canned. */
export async function handlerCases(
  runtime: Runtime,
  { store, replay }: CannedStore,
  certificate: string,
): Promise<HandlerCase[]> {
  const issuing: HandlerCase[] = []
  const asking: HandlerCase[] = []
  for (const format of FORMATS) {
    const seeded = await seedFormat({ ...runtime, store }, format)
    const settings = { ...runtime.settings, serviceId: seeded.serviceId }
    const prepare = calls({ ...runtime, settings, store }, certificate)
    const credentials = clientCredentials(seeded)
    const form = { grant_type: 'client_credentials', scope: 'accounts:read' }
    const issue = prepare('/token', credentials, { form })
    const token = { form: { token: text(await issue(), 'access_token') } }
    issuing.push({ name: `token, ${format}`, call: issue })
    asking.push({ name: `introspection, ${format}`, call: prepare('/introspection', '', token) })
    if (format === 'opaque') {
      issuing.push(...(await grantCases(prepare, seeded)))
      const call = prepare('/introspection/standard', credentials, token)
      asking.push({ name: `standard introspection, ${format}`, call })
    }
  }
  const cases = [...issuing, ...asking]
  for (const { call } of cases) await call()
  replay()
  return cases
}

/** Each has a grant of its own: DynamoDB's canned answer about it is the one from before it was used. */
async function grantCases(prepare: Prepare, seeded: Seeded): Promise<HandlerCase[]> {
  const tokenCall = (form: Form) => prepare('/token', clientCredentials(seeded), { form })
  const redeem = async () =>
    tokenCall({
      grant_type: 'authorization_code',
      code: await makeCode(prepare, seeded),
      redirect_uri: seeded.clients[1].redirectUri,
    })
  const used = await redeem()
  const refresh_token = text(await used(), 'refresh_token')
  return [
    { name: 'token by code, opaque', call: await redeem() },
    { name: 'refresh, opaque', call: tokenCall({ grant_type: 'refresh_token', refresh_token }) },
  ]
}

async function makeCode(prepare: Prepare, seeded: Seeded): Promise<string> {
  const { serviceApiKey, serviceApiSecret, clients } = seeded
  const [, { clientId, redirectUri }] = clients
  const ask = (path: string, json: object) =>
    prepare(`/api/auth/authorization${path}`, basic(serviceApiKey, serviceApiSecret), { json })()
  const query = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'accounts:read',
  }
  const parameters = new URLSearchParams(query).toString()
  const ticket = text(await ask('', { parameters }), 'ticket')
  const issued = await ask('/issue', { ticket, subject: 'bench' })
  return new URL(text(issued, 'responseContent')).searchParams.get('code') ?? ''
}

/** Makes calls of the handlers of one service, which can be repeated. */
function calls(runtime: Runtime, clientCertPem: string): Prepare {
  const handlers = deployedFunctions(runtime)
  return (route, authorization, body) => {
    const isForm = 'form' in body
    const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
    const sent = isForm ? new URLSearchParams(body.form).toString() : JSON.stringify(body.json)
    const event = eventOf(route, authorization, type, sent)
    const requestContext = { ...event.requestContext, authentication: { clientCert: { clientCertPem } } }
    return async () => {
      const answer = (await handlers.get(route)?.({ ...event, requestContext })) as LambdaResult
      if (answer.statusCode !== 200) throw new Error(`${route} answered ${answer.statusCode}: ${answer.body}`)
      return JSON.parse(answer.body) as Readonly<Record<string, unknown>>
    }
  }
}

function text(answer: Readonly<Record<string, unknown>>, member: string): string {
  const value = answer[member]
  if (typeof value !== 'string') throw new Error(`an answer without ${member}`)
  return value
}
