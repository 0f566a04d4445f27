import { expect, test } from "@jest/globals";
import { type Page, readAllPages } from "../../provider/ecs/pages";

const everAgain = {
  async retry<T>(call: () => Promise<T>): Promise<T> {
    return await call().catch(() => this.retry(call));
  },
};

/** Reads with these answers, one after the other, and gives the items and the pages that were asked for. */
async function reading(...answers: readonly (Page<string> | "fails")[]) {
  const left = [...answers];
  const asked: number[] = [];
  const read = async (pageNumber: number) => {
    asked.push(pageNumber);
    const answer = left.shift();
    if (answer === undefined || answer === "fails") throw new Error("no answer");
    return answer;
  };
  return { items: await readAllPages(everAgain, "DescribeVpcs", read, (item) => item), asked };
}

test("a page that fails is read again, and those before it are not", async () => {
  const { items, asked } = await reading({ items: ["a", "b"], totalCount: 3 }, "fails", "fails", {
    items: ["c"],
    totalCount: 3,
  });
  expect(items).toEqual(["a", "b", "c"]);
  expect(asked).toEqual([1, 2, 2, 2]);
});

test("a list that changes while it is read is read from the beginning", async () => {
  const { items, asked } = await reading(
    { items: ["a", "b"], totalCount: 4 },
    { items: ["b", "c"], totalCount: 4 },
    { items: ["b", "c"], totalCount: 3 },
    { items: ["d"], totalCount: 3 },
  );
  expect(items).toEqual(["b", "c", "d"]);
  expect(asked).toEqual([1, 2, 1, 2]);
});
