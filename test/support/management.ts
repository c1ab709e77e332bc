import { digest } from '../../shared/store/digest.ts'
import type { StoredService } from '../../shared/store/service.ts'
import type { FixedRuntime } from './fixed-runtime.ts'
import { gateway, type Received, toTargets } from './gateway.ts'

export const SERVICE = 21653835348762
export const MANAGE = 'm'.repeat(43)
export const RUNTIME = 'r'.repeat(43)
export const OWNER_KEY = '5525112351'
export const OWNER_SECRET = 'o'.repeat(43)
export const ORGANIZATION = 't'.repeat(43)

export type Answered = Received

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
export const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})

/** The owner of the deployment, who manages its services. */
export async function putOwner({ store }: FixedRuntime): Promise<void> {
  const organizationTokenDigest = digest(ORGANIZATION)
  const credential = { apiKey: OWNER_KEY, apiSecretDigest: digest(OWNER_SECRET), organizationTokenDigest }
  await store.registry.putOwner({ credentials: [credential] })
}

/** A service with its credentials and the owner of the deployment, and the management function over it. */
export async function openManagement(runtime: FixedRuntime, settings: Partial<StoredService> = {}) {
  await runtime.store.registry.putService({
    apiKey: SERVICE,
    number: 715948317,
    issuer: 'https://as.example.com',
    clientIdAliasEnabled: true,
    credentials: [
      { digest: digest(MANAGE), role: 'manage' },
      { digest: digest(RUNTIME), role: 'runtime' },
    ],
    ...settings,
  })
  await putOwner(runtime)
  const call = toTargets(gateway(runtime))

  /** By v3: the path below `/api/{serviceId}`. */
  const v3 = (method: string, path: string, body?: unknown, token: string = MANAGE) =>
    call(method, `/api/${String(SERVICE)}${path}`, body, bearer(token))
  /** By v2: the path below `/api`. */
  const v2 = (method: string, path: string, body?: unknown, secret: string = MANAGE) =>
    call(method, `/api${path}`, body, basic(String(SERVICE), secret))
  return { call, v2, v3 }
}

/** `status code`, for example `400 A031204`. */
export const failure = ({ status, json }: Answered) => `${String(status)} ${String(json['resultCode'])}`

/** Every place in an answer where there is a `null`, which the SDKs reject. */
export function nulls(value: unknown, path = ''): string[] {
  if (value === null) return [path]
  if (typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, member]) => nulls(member, `${path}/${name}`))
}
