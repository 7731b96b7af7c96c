"""Settings of the partners: services that cut out, restore, log in. Their keys and where they are."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr


class PartnerSettings(BaseModel):
    """A partner without its keys is not asked."""

    tencent_secret_id: SecretStr | None = Field(
        default=None,
        description="Tencent Cloud secret id, for matting and enhancement.",
        json_schema_extra={"zh": "腾讯云 SecretId（抠图与增强）。", "shown": "none"},
    )
    tencent_secret_key: SecretStr | None = Field(
        default=None,
        description="Tencent Cloud secret key.",
        json_schema_extra={"zh": "腾讯云 SecretKey。", "shown": "none"},
    )
    aliyun_access_key: SecretStr | None = Field(
        default=None,
        description="Aliyun access key id, for face restoration.",
        json_schema_extra={"zh": "阿里云 AccessKeyId（人脸修复）。", "shown": "none"},
    )
    aliyun_secret_key: SecretStr | None = Field(
        default=None,
        description="Aliyun access key secret.",
        json_schema_extra={"zh": "阿里云 AccessKeySecret。", "shown": "none"},
    )
    tencent_ci_bucket: str | None = Field(
        default=None,
        description="COS bucket with 数据万象, as `name-appid`.",
        json_schema_extra={"zh": "开通数据万象的 COS 存储桶。", "shown": "none"},
    )
    tencent_ci_region: str | None = Field(
        default=None,
        description="Region of that bucket, e.g. `ap-guangzhou`.",
        json_schema_extra={"zh": "存储桶地域。", "shown": "none"},
    )
    aliyun_oss_bucket: str | None = Field(
        default=None,
        description="OSS bucket that lends addresses to Aliyun's face restoration, in cn-shanghai.",
        json_schema_extra={"zh": "人脸修复用的 OSS 存储桶（上海）。", "shown": "none"},
    )
    aliyun_oss_region: str | None = Field(
        default=None,
        description="Region of that bucket.",
        json_schema_extra={"zh": "该存储桶地域。", "shown": "none"},
    )
    tencent_ci_url: str | None = Field(
        default=None,
        description="Another address for COS: a relay, or its fake.",
        json_schema_extra={"zh": "COS 的其他地址（中转或模拟服务）。", "shown": "the provider's own"},
    )
    tencent_image_url: str | None = Field(
        default=None,
        description="Another address for Tencent's image service: a relay, or its fake.",
        json_schema_extra={
            "zh": "腾讯云图像服务的其他地址（中转或模拟服务）。",
            "shown": "the provider's own",
        },
    )
    aliyun_facebody_url: str | None = Field(
        default=None,
        description="Another address for Aliyun face restoration: a relay, or its fake.",
        json_schema_extra={
            "zh": "阿里云人脸修复的其他地址（中转或模拟服务）。",
            "shown": "the provider's own",
        },
    )
    aliyun_oss_url: str | None = Field(
        default=None,
        description="Another address for Aliyun OSS: a relay, or its fake.",
        json_schema_extra={"zh": "Aliyun OSS 的其他地址（中转或模拟服务）。", "shown": "the provider's own"},
    )
    wechat_app_id: str | None = Field(
        default=None,
        description="The mini-program's app id.",
        json_schema_extra={"zh": "小程序 AppID。", "shown": "none: no WeChat login"},
    )
    wechat_app_secret: SecretStr | None = Field(
        default=None,
        description="The mini-program's app secret.",
        json_schema_extra={"zh": "小程序 AppSecret。", "shown": "none"},
    )
    wechat_url: str = Field(
        default="https://api.weixin.qq.com",
        description="Where WeChat's interface is.",
        json_schema_extra={"zh": "微信接口地址。", "shown": "`https://api.weixin.qq.com`"},
    )
