import { systemRuntime } from '../../shared/runtime/runtime.ts'
import { refreshOnSchedule } from './schedule.ts'

export const handler = refreshOnSchedule(systemRuntime())
