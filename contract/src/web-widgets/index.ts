// Web widgets: all of their operations.
import { webWidgetManagement } from './management.ts'

export const webWidgetOperations = {
  ...webWidgetManagement,
}

export * from './config.ts'
export * from './contrast.ts'
export { patternOf, settingsOfLoader } from './loader-settings.ts'
export * from './management.ts'
export * from './objects.ts'
export * from './public.ts'
export * from './resolve.ts'
export * from './words.ts'
