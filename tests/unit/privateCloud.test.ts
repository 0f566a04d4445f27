import { describe, expect, test } from "@jest/globals";
import { cloudOf, isPublic } from "../../provider/ecs/privateCloud";

describe("the cloud behind an address", () => {
  const clouds: [endpoint: string, cloud: string][] = [
    ["https://ecs.cn-beijing.aliyuncs.com", "aliyuncs.com"],
    ["https://ecs-cn-hangzhou.aliyuncs.com", "aliyuncs.com"],
    ["https://ecs-vpc.cn-beijing.aliyuncs.com", "aliyuncs.com"],
    ["https://ecs.aliyuncs.com.", "aliyuncs.com"],
    ["http://ecs-internal.cloud.site-a.example", "cloud.site-a.example"],
    ["https://ecs-internal.cloud.site-a.example:8443", "cloud.site-a.example"],
    ["http://ecs-internal.cn-wulan-env200-d01.cloud.site-a.example", "cloud.site-a.example"],
    ["http://ecs.cloud.site-a.example", "cloud.site-a.example"],
    ["https://public.asapi.cn-wulan-env200-d01.cloud.site-a.example/asapi/v3", "cloud.site-a.example"],
    ["http://internal.asapi.cn-wulan-env200-d01.cloud.site-a.example/asapi/v3", "cloud.site-a.example"],
    ["http://server.asapi.cn-wulan-env200-d01.cloud.site-a.example", "cloud.site-a.example"],
    ["http://gateway.corp.example", "gateway.corp.example"],
    ["http://ecs", "ecs"],
    ["http://10.1.2.3:8080/asapi/v3", "10.1.2.3:8080"],
    ["https://10.1.2.3", "10.1.2.3"],
    ["http://localhost:4010", "127.0.0.1:4010"],
    ["https://[::1]:4010/asapi/v3", "127.0.0.1:4010"],
    ["http://127.0.0.1:4010", "127.0.0.1:4010"],
    ["http://[fd00::1]:4010", "[fd00::1]:4010"],
  ];
  test.each(clouds)("%s is %s", (endpoint, cloud) => {
    expect(cloudOf(endpoint, "cn-wulan-env200-d01")).toBe(cloud);
  });

  test.each(["https://aliyuncs.com.evil.example", "http://notaliyuncs.com", "http://127.0.0.1"])(
    "%s is not the public one",
    (endpoint) => {
      expect(isPublic(endpoint)).toBe(false);
    },
  );
});
