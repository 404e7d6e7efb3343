import { Failure } from '../core/errors.ts';
import { activeHref, type Href } from '../core/href.ts';
import type { ServiceBinding } from '../pce/resources/service-bindings.ts';
import type { PceView, ReadOptions } from '../pce/view.ts';

export interface Bindings {
  /** By the active href of the virtual service. */
  readonly of: (virtualService: Href) => readonly ServiceBinding[];
  readonly count: number;
  /** False where the PCE does not tell all of them, or anything at all. */
  readonly complete: boolean;
}

/** Which workloads virtual services stand on. A key that may not see them, or a PCE without them, gives none and says so. */
export async function readBindings(pce: PceView, options: ReadOptions): Promise<Bindings> {
  try {
    const { items, complete } = await pce.serviceBindings(options);
    const byService = Map.groupBy(items, (binding) => activeHref(binding.virtualService));
    return { of: (href) => byService.get(activeHref(href)) ?? [], count: items.length, complete };
  } catch (error) {
    if (error instanceof Failure && (error.code === 'pce_forbidden' || error.code === 'pce_not_found'))
      return { of: () => [], count: 0, complete: false };
    throw error;
  }
}
