#!/bin/sh
# Links every instance of instances.txt to the VPC. Run it again after adding a line.
REGION=cn-hangzhou
VPC=vpc-shop

cd "$(dirname "$0")" || exit 1
while read -r INSTANCE; do
  aliyun ecs AttachClassicLinkVpc --RegionId "$REGION" --InstanceId "$INSTANCE" --VpcId "$VPC" ||
    echo "$INSTANCE failed, try again later" >&2
  sleep 1
done < instances.txt
