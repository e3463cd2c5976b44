// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Acts} from "../support/Acts.sol";
import {TestMarket} from "../support/TestMarket.sol";
import {HostileHandler} from "./HostileHandler.t.sol";
import {ValidHandler} from "./ValidHandler.t.sol";

/// @notice The histories that the invariants hold for are no empty ones: a few seeded ones come to every outcome.
contract ReachTest {
    uint256 private constant HISTORIES = 5;
    uint256 private constant ACTS = 200;

    mapping(bytes32 outcome => uint256) private _reached;

    function test_ValidHistoriesReachEveryOutcome() public {
        for (uint256 seed = 0; seed < HISTORIES; ++seed) {
            _play(new ValidHandler(TestMarket.deploy()), seed);
        }
        _checkAll();
    }

    function test_HostileHistoriesReachEveryOutcomeToo() public {
        for (uint256 seed = 0; seed < HISTORIES; ++seed) {
            HostileHandler handler = new HostileHandler(TestMarket.deploy());
            _play(handler, seed);
            for (uint256 i = 0; i < 30; ++i) {
                handler.poke(i);
            }
            _reached["poke taken"] += handler.reached("poke taken");
            _reached["poke refused"] += handler.reached("poke refused");
        }
        _checkAll();
        assert(_reached["poke taken"] >= HISTORIES);
        assert(_reached["poke refused"] >= HISTORIES);
    }

    function _play(Acts handler, uint256 seed) private {
        bytes4[21] memory acts = _acts(handler);
        for (uint256 i = 0; i < ACTS; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            (bool done, ) = address(handler).call(abi.encodePacked(acts[random % acts.length], random));
            assert(done);
        }
        bytes32[12] memory outcomes = _outcomes();
        for (uint256 i = 0; i < outcomes.length; ++i) {
            _reached[outcomes[i]] += handler.reached(outcomes[i]);
        }
    }

    function _checkAll() private view {
        bytes32[12] memory outcomes = _outcomes();
        for (uint256 i = 0; i < outcomes.length; ++i) {
            require(_reached[outcomes[i]] != 0, string(abi.encodePacked("never reached: ", outcomes[i])));
        }
    }

    function _outcomes() private pure returns (bytes32[12] memory) {
        return
            [
                bytes32("closed paid"),
                "closed slashed",
                "defaulted",
                "unanswered",
                "answered",
                "abandoned",
                "cancelled pending",
                "shortened",
                "terminated",
                "transferred",
                "assigned",
                "sold"
            ];
    }

    function _acts(Acts handler) private pure returns (bytes4[21] memory) {
        return
            [
                handler.pass.selector,
                handler.reach.selector,
                handler.open.selector,
                handler.work.selector,
                handler.prove.selector,
                handler.delist.selector,
                handler.giveUp.selector,
                handler.settle.selector,
                handler.cancel.selector,
                handler.terminate.selector,
                handler.abandon.selector,
                handler.transferDeal.selector,
                handler.assignPayee.selector,
                handler.challenge.selector,
                handler.answer.selector,
                handler.moveStake.selector,
                handler.configure.selector,
                handler.sell.selector,
                handler.voidNonces.selector,
                handler.withdraw.selector,
                handler.keepBalance.selector
            ];
    }
}
