import { Complaint } from '../command.ts'
import { ApiUnreachable, type Connection, openWebApi } from './web-api.ts'

/** Node's error codes for a certificate that was not issued by a known CA. */
const UNKNOWN_CA = /CERT|ISSUER|VERIFY/

/**
 * Tries the credential, so that a mistake is reported in the terminal and not on the first page.
 *
 * @throws Complaint
 */
export async function checkConnection(connection: Connection): Promise<void> {
  const { baseUrl, credential } = connection
  const webApi = openWebApi(connection)
  const serviceId = credential.kind === 'service' ? credential.serviceId : undefined
  try {
    const { status } = await (serviceId === undefined
      ? webApi.of().get('/service/get/list', { start: '0', end: '1' })
      : webApi.of(serviceId).get('/service/get'))
    // A credential with a smaller role may not read the service, but it belongs to it.
    if (status < 300 || (status === 403 && serviceId !== undefined)) return
    throw new Complaint(complaintOf(status, connection))
  } catch (error) {
    if (!(error instanceof ApiUnreachable)) throw error
    const remedy = UNKNOWN_CA.test(error.message)
      ? '--ca must name a PEM file with the CAs of its server certificate'
      : 'check --url and whether the deployment is running'
    throw new Complaint(`${baseUrl} does not answer (${error.message}): ${remedy}`, { cause: error })
  } finally {
    webApi.close()
  }
}

function complaintOf(status: number, { baseUrl, credential }: Connection): string {
  if (status === 401 || status === 403)
    return credential.kind === 'service'
      ? `the Web API refuses the credential (HTTP ${status}): it must be a valid secret of service ${credential.serviceId}`
      : `the Web API refuses the credential (HTTP ${status}): with --organization it must be the organization's token`
  return `${baseUrl} answers HTTP ${status}: --url must be the address of the Web API, without /api, and --service the number of one of its services`
}
