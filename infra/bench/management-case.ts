import { localRuntime } from '../emulator/local-runtime.ts'
import { addClient, type Seeded } from '../emulator/site/seed.ts'
import { basic, type Case } from './cases.ts'

const CLIENT = { clientType: 'CONFIDENTIAL', tokenAuthMethod: 'CLIENT_SECRET_BASIC' }

/**
 * A change by management, which stores its record as well. No other case leaves a record.
 *
 * @param connections the number of requests at a time, each of which changes another client
 */
export async function managementCase(
  endpoint: string,
  { serviceId, serviceApiKey, serviceApiSecret }: Seeded,
  connections: number,
): Promise<Case> {
  const runtime = await localRuntime(endpoint, serviceId, { LOG_LEVEL: 'silent' })
  const changes: { readonly path: string; readonly form: string }[] = []
  for (let i = 0; i < 2 * connections; i++) {
    const { client, secret } = await addClient(runtime, serviceId, { ...CLIENT, clientName: `client ${i}` })
    changes.push({
      path: `/api/client/secret/update/${client.clientId}`,
      form: `clientSecret=${secret}`,
    })
  }
  runtime.store.close()
  let turn = 0
  return {
    name: 'management, a change with its record',
    ...{ format: 'opaque', path: '', form: '', expected: '"newClientSecret"' },
    headers: { authorization: basic(serviceApiKey, serviceApiSecret) },
    next: () => changes[turn++ % changes.length] ?? {},
  }
}
