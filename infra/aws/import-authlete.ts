import { readFile } from 'node:fs/promises'
import { command, Complaint, confirm } from '../command.ts'
import { parseExport } from '../management/authlete-export.ts'
import { planImport } from '../management/import.ts'
import { refuseIssuingClients } from '../truststore/issuing-clients.ts'
import { attempt, operatorOf } from './deployment/aws.ts'
import { localEndpoint, withTables } from './deployment/tables.ts'
import { readTruststoreFiles } from './deployment/truststore-files.ts'
import { readDeployment } from './settings/read-deployment.ts'
import { serviceNumber } from './settings/settings.ts'

const HELP = `certbound import:authlete: imports services and clients of Authlete into a deployment

  npm run import:authlete -- FILE

  FILE              a JSON list of Authlete's answers to service/get/list and client/get/list
  --settings FILE   the settings (certbound.jsonc)
  --yes             write without asking
  --endpoint URL    use a DynamoDB on this machine (AWS_ENDPOINT_URL_DYNAMODB)
  --help

Client IDs, aliases and secrets are kept (the tables contain digests of secrets). Everything is checked before the first
write. Existing services and clients are not changed. Each setting and ID that cannot be imported is listed. Tokens are not
imported. FILE contains secrets: delete it.`

export const COMMAND = command({
  help: HELP,
  options: {
    settings: { type: 'string', default: 'certbound.jsonc' },
    yes: { type: 'boolean', default: false },
    endpoint: { type: 'string' },
  },
  allowPositionals: true,
  run: async ({ values, positionals: [file, ...more] }, io) => {
    if (file === undefined || more.length > 0)
      throw new Complaint('name one FILE\n--help describes its content')
    const endpoint = localEndpoint(values, io)
    const settings = await readDeployment(values.settings)
    const exported = parseExport(await textOf(file))
    const deployed = { number: serviceNumber(settings), issuer: settings.service.issuer }
    await withTables(settings, { endpoint }, async (runtime, onAws) => {
      const plan = await attempt('the tables', () => planImport(exported, deployed, runtime))
      if (onAws !== undefined) {
        const { certificates } = await readTruststoreFiles(settings, values.settings, new Date())
        await refuseIssuingClients(certificates, plan.clients)
      }
      for (const line of plan.lines) io.out(line)
      io.out('tokens and codes are not imported: users must log in again, and clients get new tokens')
      if (!values.yes) await confirm(io)
      const operator = await operatorOf('import:authlete', onAws?.aws)
      await attempt('the tables', () => plan.write(operator))
      io.out(`done. ${file} contains secrets: delete it and its copies`)
    })
    return 0
  },
})

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new Complaint(`${file} cannot be read`, { cause: error })
  }
}
