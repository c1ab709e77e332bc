import express, { type ErrorRequestHandler, type Express } from 'express'

const HEADERS = {
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** Makes an express application. Its answers are not cached, and its failures do not show their cause. */
export function application(mount: (app: Express) => void): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use((_request, response, next) => {
    response.set(HEADERS)
    next()
  })
  mount(app)
  app.use(failed)
  return app
}

const failed: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) {
    next(error)
    return
  }
  const status = clientFault(error) ?? 500
  if (status === 500) console.error(`front end: ${error instanceof Error ? error.message : String(error)}`)
  response.status(status).json({ error: status === 500 ? 'server_error' : 'invalid_request' })
}

/** The status of an error that express or its body parsers attribute to the request. */
function clientFault(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined
  return error.status >= 400 && error.status < 500 ? error.status : undefined
}
