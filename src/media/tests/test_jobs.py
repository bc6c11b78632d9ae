# What particular uploads become, and how jobs end before their time.
# SPDX-License-Identifier: Apache-2.0

import subprocess

import pytest

from media_jobs import corpus, decode_errors, duration, ffprobe, first_time, run, stream


def do(job, name, directory, **options):
    """Runs a job that must succeed."""
    outcome = run(job, corpus(name), directory / "job", **options)
    assert outcome["end"] == "ok", outcome["failure"]
    return outcome


def tags(file):
    """The names of all metadata that says anything."""
    shown = ffprobe(file, "-show_format", "-show_streams")
    found = {*shown["format"].get("tags", {})}
    for each in shown["streams"]:
        found |= {*each.get("tags", {})}
    return found - {"major_brand", "minor_version", "compatible_brands", "language", "handler_name", "vendor_id"}


# --- probe ------------------------------------------------------------------------------------------


def test_probe_tells_what_a_plain_file_is(tmp_path):
    found = do("probe", "plain.mp4", tmp_path)
    wanted = {
        "container": "mp4",
        "video": "h264",
        "pixels": "yuv420p",
        "audio": "aac",
        "obstacle": "none",
        "fps": "30/1",
        "turned": "0",
        "hdr": "0",
        "faststart": "1",
    }
    assert {key: found[key] for key in wanted} == wanted
    assert found.size == (960, 540)
    assert abs(int(found["duration_ms"]) - 4000) < 100
    assert found.files == []


@pytest.mark.parametrize(
    "name, size",
    [
        ("turned_90.mp4", (640, 360)),
        ("turned_180.mp4", (360, 640)),
        ("turned_270.mp4", (640, 360)),
        ("anamorphic.mp4", (1047, 576)),
        ("portrait.mp4", (360, 640)),
        ("odd.mkv", (641, 363)),
    ],
)
def test_size_is_the_one_that_is_shown(name, size, tmp_path):
    found = do("probe", name, tmp_path)
    assert found.size == size
    assert found["turned"] == ("1" if name.startswith("turned") else "0")


@pytest.mark.parametrize(
    "name, obstacle",
    [
        ("plain.mp4", "none"),
        ("silent.mp4", "none"),
        ("mono_44100.mp4", "none"),
        ("full_range.mp4", "none"),
        ("negative_start.mkv", "none"),
        ("hevc.mp4", "video_codec"),
        ("odd.mkv", "video_profile"),
        ("ten_bit.mp4", "video_profile"),
        ("interlaced.mp4", "interlaced"),
        ("anamorphic.mp4", "pixel_shape"),
        ("mp3_audio.mp4", "audio_codec"),
        ("quicktime.mov", "audio_codec"),
        ("surround.mp4", "audio_channels"),
        ("low_rate_audio.mp4", "audio_rate"),
    ],
)
def test_obstacle_says_why_it_does_not_play_everywhere(name, obstacle, tmp_path):
    assert do("probe", name, tmp_path)["obstacle"] == obstacle


def test_duration_counts_from_the_first_sample(tmp_path):
    assert abs(int(do("probe", "late_start.mkv", tmp_path)["duration_ms"]) - 2000) < 100


@pytest.mark.parametrize("name", ["hdr_pq.mp4", "hdr_hlg.mp4"])
def test_hdr_is_recognised(name, tmp_path):
    assert do("probe", name, tmp_path)["hdr"] == "1"


def test_an_index_behind_the_samples_is_no_faststart(tmp_path):
    assert do("probe", "slowstart.mp4", tmp_path)["faststart"] == "0"


def test_the_rate_of_ntsc_is_exact(tmp_path):
    assert do("probe", "ntsc.mp4", tmp_path)["fps"] == "30000/1001"


def test_an_unknown_job_is_an_internal_failure(tmp_path):
    outcome = run("explode", corpus("tiny.mp4"), tmp_path / "job")
    assert (outcome["end"], outcome["failure"]) == ("internal", "no such job")


def test_the_offset_of_the_input_does_not_matter(tmp_path):
    """The worker reads by position; the server may have read the same descriptor before."""
    outcome = run("probe", corpus("tiny.mp4"), tmp_path / "job")
    assert outcome["end"] == "ok"
    assert int(outcome["peak_kb"]) > 0


# --- covers -----------------------------------------------------------------------------------------


def luma(image):
    """Mean brightness of a picture, 0..255."""
    shown = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", image, "-vf", "scale=32:32", "-pix_fmt", "gray", "-f", "rawvideo", "-"],
        stdout=subprocess.PIPE,
        check=True,
    )
    return sum(shown.stdout) / len(shown.stdout)


def test_the_cover_is_not_a_black_frame(tmp_path):
    found = do("inspect", "dark_start.mp4", tmp_path)
    assert luma(found.path("cover.jpg")) > 60
    assert luma(found.path("cover.webp")) > 60


def test_the_cover_is_upright(tmp_path):
    assert do("inspect", "turned_90.mp4", tmp_path)["cover"] == "640x360"


def test_the_cover_of_a_large_picture_is_scaled_down(tmp_path):
    assert do("inspect", "full_hd.mp4", tmp_path)["cover"] == "1280x720"


def test_both_covers_show_the_same_brightness(tmp_path):
    """One is full range, the other limited: a mix-up washes one of them out."""
    found = do("inspect", "plain.mp4", tmp_path)
    assert abs(luma(found.path("cover.jpg")) - luma(found.path("cover.webp"))) < 4


def test_the_color_of_a_cover_is_that_of_most_of_it_and_no_mixture(tmp_path):
    color = do("inspect", "mostly_blue.mp4", tmp_path)["cover_color"]
    red, green, blue = bytes.fromhex(color)
    assert blue > 200 and red < 40 and green < 40


# --- remux and copy ---------------------------------------------------------------------------------


@pytest.mark.parametrize("job", ["remux", "copy"])
def test_a_copy_carries_no_place_and_no_device(job, tmp_path):
    assert {"location", "make"} & tags(corpus("with_data.mp4"))
    assert tags(do(job, "with_data.mp4", tmp_path).path("video.mp4")) == set()


@pytest.mark.parametrize("job", ["remux", "copy"])
@pytest.mark.parametrize("name", ["turned_90.mp4", "turned_180.mp4", "turned_270.mp4"])
def test_a_copy_keeps_the_turn(job, name, tmp_path):
    def turn(file):
        return [each["rotation"] for each in stream(file, "v").get("side_data_list", []) if "rotation" in each]

    wanted = turn(corpus(name))
    assert wanted
    assert turn(do(job, name, tmp_path).path("video.mp4")) == wanted


@pytest.mark.parametrize("job", ["remux", "copy"])
def test_a_copy_has_its_index_in_front(job, tmp_path):
    copied = do(job, "slowstart.mp4", tmp_path)
    assert copied.files == ["video.mp4"]
    again = run("probe", copied.path("video.mp4"), tmp_path / "again")
    assert again["faststart"] == "1"


def test_a_copy_reports_its_progress_up_to_the_end(tmp_path):
    progress = do("copy", "plain.mp4", tmp_path).progress
    assert progress == sorted(progress)
    assert progress[-1] == 1000


def checksums(file, *options):
    """Of every packet, or of every decoded frame, without its time."""
    shown = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", file, *options, "-f", "framemd5", "-"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return sorted(line.split(",")[5].strip() for line in shown.stdout.splitlines() if not line.startswith("#"))


COPIED = {
    "plain.mp4": ("h264", "aac"),
    "b_frames.mp4": ("h264", "aac"),
    "fragmented.mp4": ("h264", "aac"),
    "ten_bit.mp4": ("h264", "aac"),
    "surround.mp4": ("h264", "aac"),
    "silent.mp4": ("h264", None),
    "b_frames.mkv": ("h264", "aac"),
    "late_start.mkv": ("h264", "aac"),
    "vfr.mkv": ("h264", "aac"),
    "hevc.mp4": ("hevc", "aac"),
    "hevc.mkv": ("hevc", "aac"),
    "hdr_pq.mp4": ("hevc", "aac"),
    "av1_opus.webm": ("av1", "opus"),
    "vp9_opus.webm": ("vp9", "opus"),
    "vp8_vorbis.webm": ("vp8", "vorbis"),
    "odd420.mp4": ("mpeg4", "aac"),
    "mp3_audio.mp4": ("h264", "mp3"),
}


def index_in_front(file, directory):
    if file.suffix == ".mp4":
        return run("probe", file, directory / "again")["faststart"] == "1"
    data = file.read_bytes()
    return data.index(b"\x1c\x53\xbb\x6b") < data.index(b"\x1f\x43\xb6\x75")  # Cues, first Cluster


def test_a_copy_of_a_webm_carries_no_place_and_no_device(tmp_path):
    source = tmp_path / "told.webm"
    private = ["-metadata", "location=+48.8584+002.2945/", "-metadata:s:v", "title=Telltale Phone 9"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(corpus("vp9_opus.webm")), "-c", "copy", *private,
                    "-attach", __file__, "-metadata:s:t", "mimetype=text/plain", "-f", "matroska", str(source)],
                   check=True)
    source.write_bytes(source.read_bytes() + b"PK\x03\x04 told behind the end")
    told = [b"48.8584", b"Telltale", b"told behind", b"def test_"]
    assert all(words in source.read_bytes() for words in told)
    outcome = run("copy", source, tmp_path / "job")
    assert outcome["end"] == "ok", outcome["failure"]
    copied = outcome.path("video.webm").read_bytes()
    assert not any(words in copied for words in told)


@pytest.mark.parametrize("name", COPIED)
def test_copy_carries_the_tracks_unchanged(name, tmp_path):
    copied = do("copy", name, tmp_path)
    file = copied.path(f"video.{'webm' if name.endswith('.webm') else 'mp4'}")
    assert copied.files == [file.name]
    sound = stream(file, "a")
    assert (stream(file, "v")["codec_name"], sound and sound["codec_name"]) == COPIED[name]
    assert decode_errors(file) == []
    for what in (["-map", "0", "-c", "copy"], ["-map", "0:v", "-vsync", "passthrough"]):
        assert checksums(file, *what) == checksums(corpus(name), *what)
    assert index_in_front(file, tmp_path)
    assert abs(duration(file) - int(copied["duration_ms"]) / 1000) < 0.25


@pytest.mark.parametrize("job", ["remux", "copy"])
def test_packets_without_a_time_are_not_copied(job, tmp_path):
    """Matroska's negative times are lost in the demuxer; dropping those frames would be worse."""
    outcome = run(job, corpus("negative_start.mkv"), tmp_path / "job")
    assert (outcome["end"], outcome["failure"]) == ("needs_encode", "a packet without its time")
    assert outcome.files == []


@pytest.mark.parametrize("name", ["hevc.mp4", "hevc.mkv"])
def test_a_copy_of_hevc_is_tagged_as_apple_wants_it(name, tmp_path):
    assert stream(do("copy", name, tmp_path).path("video.mp4"), "v")["codec_tag_string"] == "hvc1"


@pytest.mark.parametrize("name", ["quicktime.mov"])
def test_copy_refuses_what_an_mp4_cannot_carry(name, tmp_path):
    outcome = run("copy", corpus(name), tmp_path / "job")
    assert outcome["end"] == "needs_encode"
    assert outcome.files == []


@pytest.mark.parametrize("name", ["hevc.mp4", "anamorphic.mp4", "surround.mp4"])
def test_remux_refuses_what_does_not_play_everywhere(name, tmp_path):
    outcome = run("remux", corpus(name), tmp_path / "job")
    assert outcome["end"] == "needs_encode"
    assert outcome["failure"] == outcome["obstacle"]
    assert outcome.files == []


# --- encode -----------------------------------------------------------------------------------------


def test_rungs_never_scale_up(tmp_path):
    files = do("encode", "plain.mp4", tmp_path).files
    assert [file for file in files if file.startswith("v")] == ["v360.m3u8", "v360.mp4", "v540.m3u8", "v540.mp4"]


def test_a_picture_below_the_ladder_keeps_its_size(tmp_path):
    made = do("encode", "tiny.mp4", tmp_path)
    track = stream(made.path("v48.mp4"), "v")
    assert (track["width"], track["height"]) == (64, 48)


def test_master_lists_every_rung_cheapest_first(tmp_path):
    master = do("encode", "plain.mp4", tmp_path).path("master.m3u8").read_text()
    assert [line for line in master.splitlines() if not line.startswith("#")] == ["v360.m3u8", "v540.m3u8"]
    assert 'CODECS="avc1.6400' in master and "mp4a.40.2" in master
    assert "RESOLUTION=960x540" in master and "FRAME-RATE=30.000" in master


def test_pixels_become_square(tmp_path):
    track = stream(do("encode", "anamorphic.mp4", tmp_path).path("v540.mp4"), "v")
    assert (track["width"], track["height"], track["sample_aspect_ratio"]) == (982, 540, "1:1")


def test_a_turned_picture_becomes_upright(tmp_path):
    track = stream(do("encode", "turned_90.mp4", tmp_path).path("v360.mp4"), "v")
    assert (track["width"], track["height"]) == (640, 360)
    assert not any("rotation" in each for each in track.get("side_data_list", []))


@pytest.mark.parametrize("name", ["hdr_pq.mp4", "hdr_hlg.mp4"])
def test_hdr_becomes_sdr(name, tmp_path):
    track = stream(do("encode", name, tmp_path).path("v360.mp4"), "v")
    colors = ("pix_fmt", "color_range", "color_space", "color_transfer", "color_primaries")
    assert [track[key] for key in colors] == ["yuv420p", "tv", "bt709", "bt709", "bt709"]


def test_a_silent_video_has_no_sound_group(tmp_path):
    made = do("encode", "silent.mp4", tmp_path)
    assert "audio.m3u8" not in made.files
    assert "AUDIO" not in made.path("master.m3u8").read_text()


def test_silence_fills_a_late_start_of_sound(tmp_path):
    assert first_time(do("encode", "audio_late.mp4", tmp_path).path("audio.mp4")) == 0


def test_surround_becomes_stereo(tmp_path):
    assert stream(do("encode", "surround.mp4", tmp_path).path("audio.mp4"), "a")["channels"] == 2


def test_mono_stays_mono(tmp_path):
    assert stream(do("encode", "mono_44100.mp4", tmp_path).path("audio.mp4"), "a")["channels"] == 1


def test_encoded_files_carry_no_metadata(tmp_path):
    made = do("encode", "with_data.mp4", tmp_path, progressive=1)
    for file in ("video.mp4", "v240.mp4", "audio.mp4"):
        assert tags(made.path(file)) <= {"encoder"}, file


def key_times(file):
    shown = ffprobe(file, "-skip_frame", "nokey", "-select_streams", "v", "-show_entries", "frame=pts_time")
    times = [float(frame["pts_time"]) for frame in shown["frames"]]
    return [round(time - times[0], 3) for time in times]  # ffprobe adds the depth of reordering


@pytest.mark.parametrize("name", ["plain.mp4", "full_hd.mp4"])
def test_every_rung_can_be_switched_to_at_the_same_times(name, tmp_path):
    made = do("encode", name, tmp_path)
    times = [key_times(made.path(file)) for file in made.files if file.startswith("v") and file.endswith(".mp4")]
    assert len(times) > 1
    assert all(each == times[0] for each in times)
    assert len(times[0]) == (2 if name == "plain.mp4" else 1)


def test_progress_rises_to_the_end(tmp_path):
    progress = do("encode", "plain.mp4", tmp_path).progress
    assert progress == sorted(set(progress))
    assert progress[-1] == 1000


def without_rates(master):
    """Rates differ by a hair when a rung is made again."""
    return [line for line in master.replace(",", "\n").splitlines() if "BANDWIDTH" not in line]


def test_a_second_run_makes_only_what_is_missing(tmp_path):
    made = do("encode", "plain.mp4", tmp_path)
    before = made.path("v540.mp4").stat()
    master = made.path("master.m3u8").read_text()
    for lost in ("v360.mp4", "v360.m3u8", "master.m3u8"):
        made.path(lost).unlink()
    again = do("encode", "plain.mp4", tmp_path)
    after = again.path("v540.mp4").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert without_rates(again.path("master.m3u8").read_text()) == without_rates(master)
    assert decode_errors(again.path("master.m3u8")) == []


def test_a_track_without_its_playlist_is_made_again(tmp_path):
    """The playlist comes last: without it the track may be half a file."""
    made = do("encode", "plain.mp4", tmp_path)
    whole = made.path("v360.mp4").stat().st_size
    made.path("v360.m3u8").unlink()
    made.path("v360.mp4").write_bytes(b"half")
    again = do("encode", "plain.mp4", tmp_path)
    assert abs(again.path("v360.mp4").stat().st_size - whole) < whole / 10


def without_file(path):
    path.unlink()


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("track", ["audio", "v360"])
@pytest.mark.parametrize("damage", [without_file, cut_short])
def test_a_playlist_whose_track_is_not_beside_it_is_made_again(track, damage, tmp_path):
    """A kill while the files were carried away, one after the other, leaves that."""
    made = do("encode", "plain.mp4", tmp_path)
    damage(made.path(f"{track}.mp4"))
    made.path("master.m3u8").unlink()
    again = do("encode", "plain.mp4", tmp_path)
    assert f"{track}.mp4" in again.files
    assert decode_errors(again.path("master.m3u8")) == []


def test_what_a_killed_run_left_behind_is_no_obstacle(tmp_path):
    directory = tmp_path / "job"
    directory.mkdir()
    (directory / "v540.mp4.tmp").write_bytes(b"half")
    made = do("encode", "plain.mp4", tmp_path)
    assert not [file for file in made.files if file.endswith(".tmp")]


# --- ending before time -----------------------------------------------------------------------------


def test_cancelling_leaves_nothing_behind(tmp_path):
    outcome = run("encode", corpus("hard_work.mp4"), tmp_path / "job", cancel_at=1)
    assert (outcome["end"], outcome.files) == ("cancelled", [])


def test_too_large_an_output_is_refused(tmp_path):
    outcome = run("encode", corpus("hard_work.mp4"), tmp_path / "job", file_mb=1)
    assert (outcome["end"], outcome.files) == ("output_limit", [])


def test_too_little_memory_is_said_so(tmp_path):
    outcome = run("encode", corpus("full_hd.mp4"), tmp_path / "job", memory_mb=360)
    assert (outcome["end"], outcome.files) == ("memory_limit", [])


def test_too_little_time_is_a_timeout(tmp_path):
    assert run("encode", corpus("hard_work.mp4"), tmp_path / "job", wall_ms=400)["end"] == "timeout"


def test_too_much_computing_is_a_cpu_limit(tmp_path):
    outcome = run("encode", corpus("hard_work.mp4"), tmp_path / "job", cpu_seconds=1)
    assert outcome["end"] == "cpu_limit"
    assert int(outcome["cpu_ms"]) > 500  # the limit and the sum are counted in different ways
