import { type RunningConsole, startConsole } from '../../console/start-console.ts'
import type { Site } from './site.ts'

/**
 * Starts the console of a site. Its links are valid until it stops.
 *
 * @throws Complaint if the port cannot be used; the site is then closed
 */
export async function startSiteConsole(
  { seeded, webApiUrl, close }: Site,
  port: number,
  onError: (line: string) => void,
): Promise<RunningConsole> {
  const credential = {
    kind: 'service',
    serviceId: String(seeded.serviceId),
    token: seeded.serviceAccessToken,
  } as const
  const connection = { baseUrl: webApiUrl, credential }
  try {
    return await startConsole({ connection, port, option: '--console-port', reusableLinks: true, onError })
  } catch (error) {
    await close()
    throw error
  }
}
