import type { LambdaResult } from '../../shared/lambda/serve.ts'
import type { Runtime } from '../../shared/runtime.ts'
import { deployedFunctions } from '../emulator/deployed-functions.ts'
import { SITE } from './deployment.ts'

export interface HandlerRequest {
  readonly route: string
  readonly authorization?: string
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly call?: object
}

export type Answered = Readonly<Record<string, unknown>>
export type Prepare = (request: HandlerRequest) => () => Promise<Answered>

/** Events of API Gateway for the handlers of one service, to be sent as often as one likes. */
export function handlerCalls(runtime: Runtime, certificate: string): Prepare {
  const handlers = deployedFunctions(runtime)
  return (request) => {
    const handler = handlers.get(request.route)
    const event = eventOf(request, certificate)
    return async () => {
      const { statusCode, body } = (await handler?.(event)) as LambdaResult
      if (statusCode !== 200) throw new Error(`${request.route} answered ${statusCode}: ${body}`)
      return JSON.parse(body) as Answered
    }
  }
}

function eventOf({ route, authorization = '', form, call }: HandlerRequest, clientCertPem: string): object {
  const body = form === undefined ? JSON.stringify(call) : new URLSearchParams(form).toString()
  const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded'
  return {
    version: '2.0',
    routeKey: `ANY ${route}`,
    headers: {
      ...(authorization === '' ? {} : { authorization }),
      'content-type': type,
      'content-length': String(body.length),
      host: SITE.domainName,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    requestContext: {
      ...SITE,
      requestId: 'bench',
      http: { method: 'POST' },
      authentication: { clientCert: { clientCertPem } },
    },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  }
}
