/** From now on their memory does not grow. */
export declare function keepNewObjectsSmall(): void
/** As without the call before. */
export declare function letNewObjectsGrow(): void
