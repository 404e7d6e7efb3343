/** Weights of the posture score; they sum to 100. */
export const POSTURE_WEIGHTS = {
  enforcement: 30,
  coverage: 25,
  ransomware: 20,
  labels: 10,
  visibility: 10,
  rules: 5,
} as const;

export type Factor = keyof typeof POSTURE_WEIGHTS;

export interface Posture {
  /** 0 to 100, one decimal; over the weights of the factors that could be measured. */
  readonly score: number | null;
  readonly grade: string;
}

/** The weighted mean of the factors, each 0 to 100; a factor that could not be measured (null) leaves its weight to the others. */
export function posture(values: Readonly<Record<Factor, number | null>>): Posture {
  const measured = (Object.keys(POSTURE_WEIGHTS) as Factor[]).flatMap((factor) => {
    const value = values[factor];
    return value === null ? [] : [{ weight: POSTURE_WEIGHTS[factor], value }];
  }); // keys of a constant
  const weight = measured.reduce((sum, one) => sum + one.weight, 0);
  if (weight === 0) return { score: null, grade: '-' };
  const score = Math.round((10 * measured.reduce((sum, one) => sum + one.weight * one.value, 0)) / weight) / 10;
  return { score, grade: gradeOf(score) };
}

function gradeOf(score: number): string {
  if (score >= 90) return 'A';
  if (score >= 75) return 'B';
  if (score >= 60) return 'C';
  return score >= 45 ? 'D' : 'F';
}
