import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { EndingCertificates } from '../../shared/store/certificates/ending.ts'

/**
 * Logs a line for each certificate in use with a notice that has become due since the last run. A schedule calls it once a day. If a day is
 * missed or a run breaks off, the next run gives the notices. A line is logged twice only if a run breaks off after it has logged it.
 */
export async function noticeEndings(
  { store, log }: Pick<Runtime, 'store' | 'log'>,
  now: EpochSeconds,
): Promise<void> {
  const ending = new EndingCertificates(store.certificates.table)
  for (const { apiKey: service } of await store.registry.listServices()) {
    for (const { note, days: noticeDays } of await ending.noticesDue(service, now)) {
      const { client, thumbprint } = note
      log.notice({ endpoint: 'certificate-notices', service, client, thumbprint, noticeDays })
    }
    await ending.endNotices(service, now)
  }
}
