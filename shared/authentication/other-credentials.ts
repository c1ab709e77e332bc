import type { Client } from '../store/client.ts'
import { Refusal } from '../refusal/refusal.ts'

/** Credentials of another method than the client's. @throws Refusal method-not-registered */
export function refuseOthers(client: Client, ...credentials: unknown[]): void {
  if (credentials.some((credential) => credential !== undefined)) {
    throw new Refusal('method-not-registered', { named: client.tokenAuthMethod })
  }
}
