# One folder is one target, one namespace. sogoc_library(name DEPS ...) makes a target of the
# current folder's .cc files; sogoc_program and sogoc_test do the same for programs and tests.
# DEPS of a library are the only things its files may include (scripts/check_layers verifies it).

set(SOGOC_WARNINGS -Wall -Wextra -Wconversion -Wshadow -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # clang 14 warns of ordinary aggregate initialisation where gcc does not.
  list(APPEND SOGOC_WARNINGS -Wno-missing-field-initializers -Wno-sign-conversion)
endif()

set(SOGOC_HARDENING -fstack-protector-strong -fcf-protection=full -fPIC
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
add_compile_options(${SOGOC_HARDENING})
add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_link_options(-Wl,-z,relro,-z,now)

find_program(SOGOC_CCACHE ccache)
if(SOGOC_CCACHE)
  # With a base folder and without the working folder in the hash, a clone elsewhere hits too.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${SOGOC_CCACHE})
endif()

function(sogoc_common target)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(${target} PRIVATE ${SOGOC_WARNINGS})
endfunction()

function(sogoc_library name)
  cmake_parse_arguments(ARG "" "" "DEPS;PRIVATE_DEPS;GENERATED" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")  # of a program
  file(GLOB nested CONFIGURE_DEPENDS */CMakeLists.txt)  # a folder that is a target of its own
  foreach(list_file ${nested})
    get_filename_component(folder ${list_file} DIRECTORY)
    list(FILTER sources EXCLUDE REGEX "^${folder}/")
  endforeach()
  list(APPEND sources ${ARG_GENERATED})
  if(sources)
    add_library(${name} STATIC ${sources})
    sogoc_common(${name})
    target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_DEPS} ${ARG_PRIVATE_DEPS})
  endif()
endfunction()

function(sogoc_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  sogoc_common(${name})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# sogoc_test(name DIR folder [DEPS ...] [LABELS ...] [TIMEOUT seconds]); the target
# tests_LABEL builds what the tests with that label need.
function(sogoc_test name)
  cmake_parse_arguments(ARG "" "DIR;TIMEOUT" "DEPS;LABELS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${ARG_DIR}/*_test.cc)
  if(NOT sources)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${sources})
  sogoc_common(${name})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} sogoc_test_support GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1 --gtest_color=no)
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
  foreach(label ${ARG_LABELS})
    if(NOT TARGET tests_${label})
      add_custom_target(tests_${label})
    endif()
    add_dependencies(tests_${label} ${name})
  endforeach()
endfunction()
