import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { Agent } from 'undici'

const LIMITS = { connect: { timeout: 1000 }, headersTimeout: 4000, bodyTimeout: 4000 }

interface SdkRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: Uint8Array
}

interface SdkResponse {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: Buffer
}

/** A request handler for the SDK on undici: POST requests of known length, answers small enough to be kept whole. */
export function undiciHandler(): NonNullable<DynamoDBClientConfig['requestHandler']> {
  const agent = new Agent(LIMITS)
  return {
    handle: async (request: SdkRequest) => ({ response: await dispatch(agent, request) }),
    destroy: () => void agent.destroy(),
  }
}

function dispatch(agent: Agent, request: SdkRequest): Promise<SdkResponse> {
  const { protocol, hostname, port, path, method, headers, body } = request
  const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`
  return new Promise((resolve, reject) => {
    const answer = { statusCode: 0, headers: {} }
    const chunks: Buffer[] = []
    agent.dispatch(
      { origin, path, method, headers, body: body ?? null },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_, statusCode, received) => {
          Object.assign(answer, { statusCode, headers: received })
        },
        onResponseData: (_, chunk) => void chunks.push(chunk),
        onResponseEnd: () => resolve({ ...answer, body: Buffer.concat(chunks) }),
        onResponseError: (_, error) => reject(error),
      },
    )
  })
}
