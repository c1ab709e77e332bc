import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fetchedPeers } from './fetched-peers.ts'

interface Package {
  readonly auth: (
    options: object,
  ) => (request: object, response: object, next: (error?: Error) => void) => unknown
}

/**
 * The check of Auth0's middleware for Express.
 *
 * @param options those of the middleware
 */
export async function auth0Check(options: object): Promise<(token: string) => Promise<void>> {
  const entry = join(await fetchedPeers(), 'node_modules/express-oauth2-jwt-bearer/dist/index.js')
  const { auth } = (await import(pathToFileURL(entry).href)) as Package
  const middleware = auth(options)
  return (token) =>
    new Promise((resolve, reject) => {
      const headers: Readonly<Record<string, string>> = {
        host: 'localhost',
        authorization: `Bearer ${token}`,
      }
      const request = {
        ...{ headers, method: 'GET', protocol: 'https', originalUrl: '/accounts', query: {}, body: {} },
        ...{ is: () => false, get: (name: string) => headers[name.toLowerCase()] },
      }
      middleware(request, {}, (error) => (error === undefined ? resolve() : reject(error)))
    })
}
