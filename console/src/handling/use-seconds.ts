// The current time for waits, which are read in seconds.
import { useEffect, useState } from 'react'

const step_ms = 5000

export function useSeconds(): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), step_ms)
    return () => clearInterval(timer)
  }, [])
  return now
}
