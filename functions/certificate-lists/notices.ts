import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'

/** Logs a line for each certificate in use that has a notice today. A schedule must call it once a day. */
export async function noticeEndings(
  { store, log }: Pick<Runtime, 'store' | 'log'>,
  now: EpochSeconds,
): Promise<void> {
  const { ending } = store.certificates
  for (const { apiKey: service } of await store.registry.listServices())
    for (const { note, days: noticeDays } of await ending.noticesOn(service, now)) {
      const { client, thumbprint } = note
      log.notice({ endpoint: 'certificate-notices', service, client, thumbprint, noticeDays })
    }
}
