// Stands in for an operation until it is built.
import { AppError } from '../../base/errors.ts'

export const notBuilt = async (): Promise<never> => {
  throw new AppError('unavailable')
}
