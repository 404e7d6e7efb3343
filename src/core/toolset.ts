/** The toolsets an operator chooses from (design §4), in the order in which their tools are listed. */
export const TOOLSETS = [
  'inventory',
  'policy',
  'lifecycle',
  'traffic',
  'segmentation',
  'risk',
  'containers',
  'operations',
] as const;

export type Toolset = (typeof TOOLSETS)[number];
