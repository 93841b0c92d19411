// Short messages that disappear by themselves: something was done, or failed.
import { Toast } from '@base-ui/react/toast'
import { useEffect } from 'react'
import { texts } from '../texts/index.ts'
import { IconButton } from './button.tsx'
import { classes } from './classes.ts'
import { type Notice, listenToNotices } from './notify.ts'

const manager = Toast.createToastManager()

const show = ({ title, isError }: Notice) =>
  manager.add({ title, ...(isError ? { type: 'error', priority: 'high', timeout: 10_000 } : {}) })

export function Toaster() {
  useEffect(() => listenToNotices(show), [])
  return (
    <Toast.Provider toastManager={manager} timeout={4000} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 z-50 flex w-[min(22rem,calc(100vw-2rem))] flex-col gap-2 outline-none wide:right-1/2 wide:translate-x-1/2">
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function Toasts() {
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className={classes(
        'floats flex items-start gap-2 rounded-lg border bg-surface py-2 pr-1.5 pl-3.5 shadow-float data-[limited]:hidden',
        toast.type === 'error' ? 'border-bad' : 'border-line',
      )}
    >
      <Toast.Content className="min-w-0 flex-1 py-1.5">
        <Toast.Title className={classes('break-words', toast.type === 'error' && 'text-bad')} />
      </Toast.Content>
      <Toast.Close render={<IconButton icon="close" label={texts.close} />} />
    </Toast.Root>
  ))
}
