import { readFile } from 'node:fs/promises'
import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { StoreUnavailable } from '../../../shared/store/unavailable.ts'
import { Complaint } from '../../command.ts'
import { type LocalDeployment, localDeploymentFile } from '../../local-deployment.ts'
import { LOCAL_DYNAMODB } from '../../tables/tables.ts'
import { openTables } from './tables.ts'

/**
 * Opens the tables of `npm start` on this machine for one action.
 *
 * @param directory where `npm start` writes local.json
 * @throws Complaint if it is not running
 */
export async function withLocalTables<Result>(
  directory: string,
  action: (runtime: Runtime, local: LocalDeployment) => Promise<Result>,
): Promise<Result> {
  const file = localDeploymentFile(directory)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Complaint(`${file} cannot be read: npm start creates it and must be running`, { cause: error })
  })
  const local = JSON.parse(text) as LocalDeployment
  const runtime = openTables(local, local.serviceId, { ...LOCAL_DYNAMODB, endpoint: local.dynamodbUrl })
  try {
    return await action(runtime, local)
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    throw new Complaint(`${file} is from an earlier run: npm start must be running`, { cause: error })
  } finally {
    runtime.store.close()
  }
}
