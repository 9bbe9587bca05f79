"""The columns of each kind, and the headers that mean them (各类表的列)."""

from collections.abc import Mapping
from dataclasses import dataclass

from geo.readers.results import Kind

__all__ = ["FIELDS", "PATROLS", "PLACE", "Field"]


@dataclass(frozen=True, slots=True)
class Field:
    """A canonical column.

    Attributes
    ----------
    name : str
        As it is called in the frame, and in ``--map name=COLUMN``.
    reader : str
        How its values are read; see :func:`geo.readers.values.read_values`.
    words : str
        Headers that mean it, apart from its name, best first, with blanks between them.
    required : bool
        Whether each row needs a value.
    """

    name: str
    reader: str
    words: str = ""
    required: bool = False

    @property
    def headers(self) -> tuple[str, ...]:
        """All headers that mean this field."""
        return (self.name, *self.words.split())


def _periodic(periods: str) -> str:
    """Return the headers of a quota that tell its period, such as 每月应巡次数."""
    tasks = ("应巡次数", "应巡河次数", "应巡查次数", "巡河次数", "巡查次数", "巡河频次", "巡查频次", "次数")
    starts = [start + period for period in periods.split() for start in ("每", "")]
    return " ".join(start + task for task in tasks for start in starts)


CODE = " 编码 编号 代码 code id objectid"
NAME = " 名称 name 名字"
LEVEL = " 级别 层级 等级 行政级别"
REGION = (
    "区划代码 行政区划代码 所属区划代码 区划编码 所属村代码 村代码 村编码 region_code"
    " 行政区划 所属区划 所属行政区 所属村 所在村 村居 village"
)
FROM = "起始日期 开始日期 生效日期 启用日期 任职日期 责任起始 起 from start"
TO = "截止日期 结束日期 失效日期 停用日期 离任日期 责任截止 止 to end"

QUOTAS = (
    Field("quota_week", "number", _periodic("周 星期")),
    Field("quota_ten_days", "number", _periodic("旬")),
    Field("quota_month", "number", _periodic("月")),
    Field("quota_quarter", "number", _periodic("季 季度")),
    Field("quota", "number", "应巡次数 应巡河次数 应巡查次数 巡河次数 巡河频次 巡查频次 规定次数 任务次数"),
    Field("quota_per", "quota_per", "周期 应巡周期 巡河周期 巡查周期 考核周期 频次单位 per"),
)

PLACE = (
    Field("lon", "number", "longitude lng long 经度 x x坐标 坐标x point_x e east easting 东坐标"),
    Field("lat", "number", "latitude 纬度 y y坐标 坐标y point_y n north northing 北坐标"),
    Field("place", "text", "坐标 经纬度 位置坐标 地理坐标 lonlat lnglat coordinates coordinate"),
    Field("wkt", "text", "geometry geom the_geom 几何 空间数据 shape wkb"),
)


def _with_units(words: str, units: str) -> str:
    """Return headers, and the same with a unit that is not in brackets behind it, such as 距离/米."""
    return " ".join([words, *(word + unit for word in words.split() for unit in units.split())])


PATROLS = (
    Field(
        "patrol", "code",
        "巡查编号 巡河编号 巡河记录编号 巡查记录编号 巡查编码 巡河单号 记录编号 记录号"
        " 任务编号 编号 patrol_id id",
    ),
    Field(
        "person", "code",
        "巡查人 巡河人 巡河员 巡河人员 巡查人员 巡查员 巡河人姓名 巡查人姓名 河长姓名 巡河河长 河长"
        " 姓名 人员 责任人 网格员"
        " 用户姓名 用户名 上报人 person_id person_name",
    ),
    Field(
        "reach", "code",
        "河段编码 河段编号 河段代码 河段 河段名称 巡河河段 巡查河段 所巡河段 巡查河道 巡河河道"
        " 河道编码 河道名称 河湖名称"
        " 河流名称 河道 河流 reach_code reach_id reach_name",
    ),
    Field("day", "text", "巡河日期 巡查日期 日期 date"),
    Field(
        "started_at", "moment",
        "开始时间 巡河开始时间 巡查开始时间 开始巡河时间 开始巡查时间 起始时间 巡河起始时间 开始日期时间 开始 起时间"
        " start_time begin_time started start begin",
    ),
    Field(
        "ended_at", "moment",
        "结束时间 巡河结束时间 巡查结束时间 结束巡河时间 结束巡查时间 截止时间 终止时间 完成时间"
        " 结束日期时间 结束 止时间"
        " end_time finish_time ended end finish",
    ),
    Field(
        "duration_s", "text",
        _with_units(
            "时长 巡河时长 巡查时长 巡河用时 巡查用时 持续时间 持续时长 用时 耗时 历时 duration",
            "分钟 分 小时 秒 min h s",
        ),
    ),
    Field(
        "claimed_m", "text",
        _with_units(
            "里程 巡河里程 巡查里程 总里程 距离 巡河距离 巡查距离 长度 巡河长度 巡查长度 轨迹长度"
            " 行程 mileage distance length",
            "公里 千米 km 米 m",
        ),
    ),
    Field(
        "path", "text",
        "巡河轨迹 巡查轨迹 轨迹点 轨迹坐标 轨迹数据 轨迹点集 轨迹信息 轨迹点坐标 轨迹经纬度 轨迹串"
        " 坐标串 轨迹线 轨迹 路线"
        " 巡河路线 track track_points points path polyline trajectory geojson wkt geometry geom"
        " coordinates 坐标 经纬度",
    ),
)  # fmt: skip

FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.regions: (
        Field("code", "region", "区划代码 行政区划代码 行政区代码 区划编码 xzqdm adcode" + CODE, required=True),
        Field("name", "text", "区划名称 行政区划名称 行政区名称 村名 村名称 xzqmc" + NAME, required=True),
        Field("level", "level", LEVEL, required=True),
        Field("parent", "region", "上级代码 上级区划代码 上级区划 上级编码 上级 parent_code"),
    ),
    Kind.cells: (
        Field("code", "code", "网格编码 网格编号 网格代码 单元网格编码 网格号 cell" + CODE, required=True),
        Field("name", "text", "网格名称 网格名 单元网格名称" + NAME, required=True),
        Field("level", "level", "网格级别 网格层级 网格等级" + LEVEL, required=True),
        Field("region", "region_or_name", REGION),
        Field("valid_from", "date", FROM),
    ),
    Kind.rivers: (
        Field("code", "code", "河流编码 河流代码 河流编号 河道编码" + CODE, required=True),
        Field("name", "text", "河流名称 河流名 河道名称 河名 河流 shown_name" + NAME, required=True),
        Field("level", "level", "河流级别 河道级别" + LEVEL),
    ),
    Kind.reaches: (
        Field("code", "code", "河段编码 河段编号 河段代码" + CODE, required=True),
        Field("name", "text", "河段名称 河段名 河段" + NAME, required=True),
        Field("river", "text", "河流名称 河流编码 所属河流 河流代码 河流 河道名称 河名", required=True),
        Field("level", "reach_level", "河段级别 河长级别 河长层级" + LEVEL, required=True),
        Field("region", "region_or_name", REGION),
    ),
    Kind.zones: (
        Field("code", "code", "保护区编码 保护区编号 水源地编码 水源地代码" + CODE, required=True),
        Field("name", "text", "保护区名称 水源地名称 水源地 保护区" + NAME, required=True),
        Field("zone_class", "zone_class", "保护区级别 保护区等级 保护级别 级别 等级 类别 class", required=True),
        Field("region", "region_or_name", REGION),
        Field("status", "zone_status", "状态 批复状态 划定状态"),
    ),
    Kind.sites: (
        Field("code", "code", "点位编码 点位编号 点位代码 企业编码 统一社会信用代码" + CODE, required=True),
        Field("name", "text", "点位名称 企业名称 单位名称 场所名称 养殖场名称" + NAME, required=True),
        Field("kind", "site_kind", "点位类型 点位类别 类型 类别 种类 分类 type", required=True),
        Field("region", "region_or_name", REGION),
    ),
    Kind.people: (
        Field("code", "code", "人员编码 人员编号 责任人编号 工号 编码 编号 id", required=True),
        Field("name", "text", "姓名 责任人 人员姓名 网格员 河长 河长姓名 网格员姓名 名字", required=True),
        Field("phone", "phone", "电话 手机 手机号 手机号码 联系电话 联系方式 电话号码 mobile tel"),
        Field("title", "text", "职务 岗位 职位 职务名称 岗位名称 身份 post position", required=True),
        Field("level", "level", "职务级别 岗位级别 网格级别 河长级别" + LEVEL, required=True),
        Field("region", "region_or_name", REGION),
        Field("valid_from", "date", FROM),
        Field("valid_to", "date", TO),
    ),
    Kind.responsibilities: (
        Field("person", "code", "责任人 责任人编码 责任人编号 人员编码 人员编号 姓名 人员 网格员 河长", required=True),
        Field("target_kind", "target_kind", "责任对象类型 对象类型 责任类型 类型 kind type", required=True),
        Field("target", "code", "责任对象编码 对象编码 责任对象 对象 网格编码 河段编码 target_code", required=True),
        Field("role", "role", "责任角色 责任类别 角色 责任方式", required=True),
        Field("valid_from", "date", FROM, required=True),
        Field("valid_to", "date", TO),
        *QUOTAS,
    ),
    Kind.tracks: (
        Field("track", "text", "轨迹 轨迹编号 轨迹编码 轨迹id track_id trackid"),
        Field("name", "text", "轨迹名称 track_name"),
        Field("patrol", "code", "巡查编号 巡河编号 巡查记录编号 巡查编码 记录编号 patrol_id"),
        Field("person", "code", "巡查人 巡河人 巡查人员 巡查员 姓名 人员 河长 person_id"),
        Field("reach", "code", "河段编码 河段编号 河段代码 河段 reach_code reach_id"),
        Field("day", "text", "日期 date 定位日期 采集日期"),
        Field("time", "moment", "时间 定位时间 采集时间 上报时间 gps时间 时刻 timestamp datetime utc utc_time"),
        Field("accuracy_m", "number", "精度 定位精度 水平精度 accuracy hacc horizontal_accuracy"),
    ),
    Kind.issues: (
        Field("number", "code", "问题编号 编号 案件编号 案号 受理编号 工单号 issue_number no code id"),
        Field("category", "category", "问题类别 问题类型 问题分类 类别 类型 分类 type service_code", required=True),
        Field("source", "source", "问题来源 来源 来源渠道 发现方式"),
        Field("state", "state", "状态 问题状态 办理状态 整改状态 销号情况 status"),
        Field(
            "found_at",
            "moment",
            "发现时间 发现日期 上报时间 受理时间 登记时间 登记日期 日期 时间 created_at date created",
            required=True,
        ),
        Field("due_on", "date", "整改期限 整改时限 办理期限 截止日期 期限 要求完成时间 due_date due"),
        Field("closed_at", "moment", "销号时间 销号日期 办结时间 办结日期 完成时间 closed close_date"),
        Field("region", "region_or_name", "所属村 村 村社 村居 所在村 所属区划 区划代码 行政区划代码 village"),
        Field("description", "text", "问题描述 描述 问题内容 主要问题 内容 情况说明 存在问题"),
        Field("severity", "text", "严重程度 紧急程度 程度 等级"),
        Field("reporter", "text", "上报人 举报人 投诉人 反映人 发现人 联系人"),
        Field("reporter_phone", "phone", "上报人电话 举报人电话 投诉人电话 联系电话 电话 手机 手机号"),
    ),
}
